internal import Ethereum
package import EthereumRPC
package import RelayCore

/// What the nodes say of the chain that has been read, for an operator who has to decide whether to go on with theirs.
package struct ChainInspection: Sendable {
    /// One node's answer.
    package struct Node: Sendable {
        /// Masked.
        package let endpoint: String
        package let head: UInt64?
        /// The newest link that the node has as it was read; nil where it has none of them, or does not answer.
        package let common: ChainLink?
        /// Why it could not be asked.
        package let error: String?
    }

    package let nodes: [Node]
    private let links: [ChainLink]

    /// The newest block that all nodes have as it was read; nil where none of them has any, or answers.
    package var common: ChainLink? { nodes.compactMap(\.common).min { $0.number < $1.number } }

    /// Whether the nodes have all that was read, as far as each of them has come.
    package var isAsRead: Bool {
        let answers = nodes.filter { $0.error == nil }
        guard let tip = links.last, answers.contains(where: { $0.common == tip }) else { return false }
        return answers.allSatisfy { node in node.common == links.last { $0.number <= node.head ?? 0 } }
    }

    /// Asks each node by itself; `links` ascending.
    package static func of(_ links: [ChainLink], at client: EthereumClient) async throws -> ChainInspection {
        var nodes: [Node] = []
        for node in client.each {
            var head: UInt64?
            do throws(RPCError) {
                head = try await node.blockNumber()
                let common = try await newestCommon(links, head ?? 0, node)
                nodes.append(Node(endpoint: node.maskedEndpoint, head: head, common: common, error: nil))
            } catch {
                nodes.append(Node(endpoint: node.maskedEndpoint, head: head, common: nil, error: "\(error)"))
            }
        }
        return ChainInspection(nodes: nodes, links: links)
    }

    /// Below it all are common, and above it none: so it is found by halving.
    private static func newestCommon(
        _ links: [ChainLink],
        _ head: UInt64,
        _ node: EthereumClient
    ) async throws(RPCError) -> ChainLink? {
        let links = links.filter { $0.number <= head }
        var (kept, left) = (-1, links.count)
        while left - kept > 1 {
            let middle = kept + (left - kept) / 2
            let header = try await node.header(at: .number(links[middle].number))
            if header?.hash == links[middle].hash { kept = middle } else { left = middle }
        }
        return kept < 0 ? nil : links[kept]
    }
}
