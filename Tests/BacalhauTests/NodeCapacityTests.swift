import RelayTestSupport
import Testing

@testable import Bacalhau

/// The largest job that a node takes, from its `MaxJobRequirements`.
@Suite struct NodeCapacityTests {
    private func capacity(_ requirements: String, next: String = "", more: String = "") throws -> NodeCapacity? {
        let node =
            #"{"Info":{"NodeID":"n","NodeType":"Compute","ComputeNodeInfo":{"MaxJobRequirements":\#(requirements)}}}"#
        let text = #"{"NextToken":"\#(next)","Nodes":[\#(node)\#(more)]}"#
        return try NodeSummary.readList(Array(text.utf8)).first?.largestJob
    }

    @Test func readsWhatARealNodeSays() throws {
        let step = try #require(Transcript.bacalhau("no-publisher/nodes").step("GET", "/orchestrator/nodes"))
        let node = try #require(NodeSummary.readList(step.body).first)
        #expect(node.largestJob == NodeCapacity(cpu: 1_600, memory: 20_221_211_443, disk: 198_449_201_152))
    }

    @Test(arguments: [
        (#"{"CPU":2,"Memory":1,"Disk":2,"GPU":3}"#, NodeCapacity(cpu: 2_000, memory: 1, disk: 2, gpu: 3)),
        // Three times 0.8, as a float has it, and a little less than 0.3.
        (#"{"CPU":2.4000000000000004,"Memory":1,"Disk":2}"#, NodeCapacity(cpu: 2_401, memory: 1, disk: 2)),
        (#"{"CPU":0.29999999999999999,"Memory":1,"Disk":2}"#, NodeCapacity(cpu: 300, memory: 1, disk: 2)),
        (#"{"CPU":1e2,"Memory":18446744073709551615,"Disk":2}"#, NodeCapacity(cpu: 100_000, memory: .max, disk: 2)),
    ])
    func readsNumbers(requirements: String, capacity: NodeCapacity) throws {
        #expect(try self.capacity(requirements) == capacity)
    }

    @Test(arguments: [
        "{}", "null", "7", #"{"CPU":1,"Memory":1}"#, #"{"Memory":1,"Disk":1}"#, #"{"CPU":0,"Memory":1,"Disk":1}"#,
        #"{"CPU":-1,"Memory":1,"Disk":1}"#, #"{"CPU":1e300,"Memory":1,"Disk":1}"#, #"{"CPU":1,"Memory":-1,"Disk":1}"#,
        #"{"CPU":1,"Memory":1.5,"Disk":1}"#, #"{"CPU":1,"Memory":18446744073709551616,"Disk":1}"#,
        #"{"CPU":"1","Memory":1,"Disk":1}"#, #"{"CPU":1,"Memory":1,"Disk":1,"GPU":"many"}"#,
    ])
    func takesNothingFromHalfASaying(requirements: String) throws {
        #expect(try capacity(requirements) == nil)
    }

    @Test func saysNothingOfAListThatIsNotWhole() throws {
        let whole = #"{"CPU":1,"Memory":1,"Disk":1}"#
        #expect(try capacity(whole) != nil)
        #expect(try capacity(whole, next: "more") == nil)
        #expect(try capacity(whole, more: ",{}") == nil)
    }
}
