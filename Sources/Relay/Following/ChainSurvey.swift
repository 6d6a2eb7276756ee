internal import Ethereum
package import EthereumRPC
internal import RelayCore
package import RelayStore

/// Finds out which chain the nodes serve, and requires of all of them that they serve that one.
///
/// Throws `Preflight.Problem` and `StoreError.anotherChain` for what will not mend itself, `RPCError` for what may.
package struct ChainSurvey: Sendable {
    let client: EthereumClient
    let chainID: UInt64
    /// The chain that the database belongs to; nil for a new one.
    let known: (identity: ChainIdentity, anchor: ChainAnchor?)?

    package init(
        client: EthereumClient,
        chainID: UInt64,
        known: (identity: ChainIdentity, anchor: ChainAnchor?)? = nil
    ) {
        self.client = client
        self.chainID = chainID
        self.known = known
    }

    package func run() async throws -> ChainIdentity {
        let identity = known == nil ? try await agreed() : try await found()
        let anchor = known?.anchor.map { BlockAnchor(number: $0.number, hash: $0.hash) }
        client.require(NodeIdentity(chainID: chainID, genesisHash: identity.genesisHash, anchor: anchor))
        return identity
    }

    /// The first node that serves the chain speaks for all.
    private func found() async throws -> ChainIdentity {
        var last: (any Error)?
        for node in client.each {
            do {
                return try await identity(at: node)
            } catch {
                last = Self.graver(last, error)
            }
        }
        throw last ?? Preflight.Problem.anotherChain(configured: chainID, found: 0)
    }

    /// A new database keeps for ever what it is told now: of the nodes that serve the chain's id none may contradict.
    private func agreed() async throws -> ChainIdentity {
        var last: (any Error)?
        var told: [(node: String, genesis: Hash32)] = []
        for node in client.each {
            do {
                told.append((node.maskedEndpoint, try await identity(at: node).genesisHash))
            } catch {
                last = Self.graver(last, error)
            }
        }
        if let last, told.isEmpty { throw last }
        let kept = told.filter { $0.genesis != .zero }
        if let first = kept.first, let other = kept.first(where: { $0.genesis != first.genesis }) {
            throw Preflight.Problem.nodesDiffer("\(first.node) \(first.genesis)", "\(other.node) \(other.genesis)")
        }
        return ChainIdentity(chainID: chainID, genesisHash: kept.first?.genesis ?? .zero)
    }

    /// Where a node does not go back to the genesis block its hash is the one that is known, or zero: then only chain id and
    /// anchor tell the chain.
    private func identity(at node: EthereumClient) async throws -> ChainIdentity {
        let found = try await node.chainID()
        guard found == chainID else { throw Preflight.Problem.anotherChain(configured: chainID, found: found) }
        let genesis = known?.identity.genesisHash == .zero ? nil : try await node.genesisHashIfKept()
        let identity = ChainIdentity(chainID: chainID, genesisHash: genesis ?? known?.identity.genesisHash ?? .zero)
        if let known, known.identity != identity {
            throw StoreError.anotherChain(stored: known.identity.description, found: identity.description)
        }
        try await check(known?.anchor, at: node)
        return identity
    }

    /// A node that does not have the block contradicts nothing.
    private func check(_ anchor: ChainAnchor?, at node: EthereumClient) async throws {
        guard let anchor, let header = try await node.headerIfKept(anchor.number), header.hash != anchor.hash
        else { return }
        throw Preflight.Problem.resetChain(block: anchor.number, known: anchor.hash, found: header.hash)
    }

    /// What mends itself comes before what does not: another node may be the right one.
    private static func graver(_ last: (any Error)?, _ error: any Error) -> any Error {
        error is RPCError ? error : last ?? error
    }
}
