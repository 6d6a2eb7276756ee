internal import JSON

/// A node of the network, as `/orchestrator/nodes` lists it.
package struct NodeSummary: Sendable, Equatable {
    package let id: String
    package let isCompute: Bool
    package let isApproved: Bool
    package let isConnected: Bool
    package let engines: [String]
    package let publishers: [String]
    package let storageSources: [String]

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
        return (list.array ?? []).compactMap(NodeSummary.init)
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
        storageSources = names("StorageSources")
    }
}
