internal import JSON

/// A node of the network, as `/orchestrator/nodes` lists it.
package struct NodeSummary: Sendable, Equatable {
    package let id: String
    /// Whether it runs jobs; one that also schedules them is listed as such a node.
    package let isCompute: Bool
    /// Whether an operator, or the orchestrator by itself, has let it into the network.
    package let isApproved: Bool
    /// Whether its heartbeat arrives.
    package let isConnected: Bool
    /// Such as `docker` and `wasm`; empty where the node runs no jobs.
    package let engines: [String]
    /// Such as `ipfs`; empty where the node runs no jobs.
    package let publishers: [String]
    /// nil where it does not say.
    package private(set) var largestJob: NodeCapacity?

    /// Whether it can be given jobs now.
    package var isUsable: Bool { isCompute && isApproved && isConnected }

    /// The nodes of an answer; what is no node is left out.
    package static func readList(_ answer: [UInt8]) throws(SnapshotError) -> [NodeSummary] {
        let value: JSONValue
        do {
            value = try JSONValue.parse(answer, limits: JSONLimits(bytes: 16 << 20))
        } catch {
            throw .notJSON(reason: error.reason.words, offset: error.offset)
        }
        guard let list = value["Nodes"] else { throw .missing("Nodes") }
        let items = list.array ?? []
        var nodes = items.compactMap(NodeSummary.init)
        // Of a list that is not all there is, the largest node is not known.
        if nodes.count < items.count || value["NextToken"]?.string?.isEmpty == false {
            for index in nodes.indices { nodes[index].largestJob = nil }
        }
        return nodes
    }

    private init?(_ value: JSONValue) {
        guard let info = value["Info"], let id = info["NodeID"]?.string else { return nil }
        let compute = info["ComputeNodeInfo"]
        func names(_ key: String) -> [String] { compute?[key]?.array?.compactMap(\.string) ?? [] }
        let connection = value["ConnectionState"]?["Status"]?.string ?? value["Connection"]?.string
        self.id = id
        isCompute = info["NodeType"]?.string == "Compute"
        isApproved = value["Membership"]?.string == "APPROVED"
        isConnected = connection == "CONNECTED"
        engines = names("ExecutionEngines")
        publishers = names("Publishers")
        largestJob = NodeCapacity(compute?["MaxJobRequirements"])
    }
}
