import Bacalhau
import Ethereum
import JSON
import RelayCore
import RelayTestSupport
import Testing

/// What no compute node can hold is refused, and nothing else.
@Suite struct NodeRoomTests {
    private static let now = Sample.time(1_000)
    private static let whole = #"{"CPU":2,"Memory":4294967296,"Disk":10737418240,"GPU":0}"#

    private static func nodes(_ requirements: String..., connection: String = "CONNECTED") throws -> [NodeSummary] {
        let nodes = requirements.map {
            #"{"Info":{"NodeID":"n","NodeType":"Compute","ComputeNodeInfo":{"MaxJobRequirements":\#($0)}},"#
                + #""Membership":"APPROVED","Connection":"\#(connection)"}"#
        }
        return try NodeSummary.readList(Array(#"{"Nodes":[\#(nodes.joined(separator: ","))]}"#.utf8))
    }

    /// As a request's body asks for them, with the defaults of the relayer.
    private static func resources(_ json: String) throws -> Resources {
        let spec =
            #"{"Engine":{"Type":"docker","Params":{"Image":"busybox"}},"Resources":\#(json)}"#
        return try TaskSpec.read(Array(spec.utf8), limits: SpecLimits()).completed(for: .stdout).resources
    }

    private static func refusal(_ json: String, _ nodes: [NodeSummary]) throws -> JobRefusal? {
        let known = NodeRoom(nodes, at: now).known(at: now)
        return JobRefusal(try resources(json), tooLargeFor: try #require(known))
    }

    /// What a real node answered to both, in vain.
    @Test(arguments: [("bad-job-gpu", "GPU of \"1\""), ("bad-job-memory-too-much", "memory of \"900tb\"")])
    func refusesWhatARealNodeCouldNotHold(transcript: String, what: String) throws {
        let listing = try #require(Transcript.bacalhau("no-publisher/nodes").step("GET", "/orchestrator/nodes"))
        let recorded = try Transcript.bacalhau("no-publisher/\(transcript)")
        let sent = try #require(recorded.steps.first { $0.method == "PUT" })
        let body = try #require(sent.requestBody)
        let asked = try #require(body["Job"]?["Tasks"]?.array?.first?["Resources"])
        let json = String(decoding: JSONWriter.bytes(of: asked), as: UTF8.self)

        let refusal = try #require(try Self.refusal(json, NodeSummary.readList(listing.body)))

        #expect(refusal.code == "too-large-for-nodes")
        #expect(refusal.text.hasPrefix("\(what) is more than the largest compute node takes, "), "\(refusal.text)")
        #expect(try Self.refusal("{}", NodeSummary.readList(listing.body)) == nil)
    }

    @Test(arguments: [
        (#"{"CPU":"2.001"}"#, #"CPU of "2.001" is more than the largest compute node takes, 2"#),
        (#"{"Memory":"5GiB"}"#, #"memory of "5GiB" is more than the largest compute node takes, 4 GiB"#),
        (#"{"Disk":"11GiB"}"#, #"disk of "11GiB" is more than the largest compute node takes, 10 GiB"#),
        (#"{"GPU":"1"}"#, #"GPU of "1" is more than the largest compute node takes, 0"#),
        (
            #"{"GPU":"1","CPU":"9"}"#,
            #"CPU of "9" is more than the largest compute node takes, 2; "#
                + #"GPU of "1" is more than the largest compute node takes, 0"#
        ),
    ])
    func namesTheResource(json: String, text: String) throws {
        #expect(try Self.refusal(json, Self.nodes(Self.whole))?.text == text)
    }

    @Test(arguments: [#"{"CPU":"2","Memory":"4GiB","Disk":"10GiB","GPU":"0"}"#, "{}", #"{"CPU":"2000m"}"#])
    func refusesNothingThatFits(json: String) throws {
        #expect(try Self.refusal(json, Self.nodes(Self.whole)) == nil)
    }

    /// One node has the cores and another the memory.
    @Test func refusesWhatNoSingleNodeHolds() throws {
        let nodes = try Self.nodes(
            #"{"CPU":8,"Memory":1073741824,"Disk":1}"#,
            #"{"CPU":1,"Memory":8589934592,"Disk":1}"#
        )
        let refusal = try Self.refusal(#"{"CPU":"4","Memory":"4GiB"}"#, nodes)
        #expect(refusal?.text == #"no compute node takes CPU "4" and memory "4GiB" together"#)
        #expect(try Self.refusal(#"{"CPU":"4","Memory":"1GiB"}"#, nodes) == nil)
    }

    @Test func countsANodeThatIsAway() throws {
        let room = NodeRoom(try Self.nodes(Self.whole, connection: "DISCONNECTED"), at: Self.now)
        #expect(room.known(at: Self.now)?.count == 1)
    }

    @Test func knowsNothingOfAnOldListAnEmptyOneAndHalfAWord() throws {
        let room = NodeRoom(try Self.nodes(Self.whole), at: Self.now)
        #expect(room.known(at: Self.now + NodeRoom.memory) != nil)
        #expect(room.known(at: Self.now + NodeRoom.memory + .milliseconds(1)) == nil)
        let (little, much) = (try Self.resources("{}"), try Self.resources(#"{"GPU":"1"}"#))
        #expect(room.cannotHold(much, at: Self.now) && !room.cannotHold(little, at: Self.now))
        let later = Self.now + NodeRoom.memory * 2
        #expect(!room.cannotHold(much, at: later))
        // With these nodes it may come back.
        #expect(room.cannotHold(much, at: later, isAway: true) && !room.cannotHold(little, at: later, isAway: true))
        #expect(NodeRoom([], at: Self.now).known(at: Self.now) == nil)
        let half = NodeRoom(try Self.nodes(Self.whole, #"{"CPU":1}"#), at: Self.now)
        #expect(half.known(at: Self.now) == nil)
        #expect(half.known(at: Self.now, isAway: true) == nil && !half.cannotHold(much, at: Self.now, isAway: true))
    }

    @Test func knowsForAWhileThatThereIsNoNodeToBeGivenJobs() throws {
        let away = try Self.nodes(Self.whole, connection: "DISCONNECTED")
        for nodes in [[], away] {
            let room = NodeRoom(nodes, at: Self.now)
            #expect(room.lacksNodes(at: Self.now + NodeRoom.memory))
            #expect(!room.lacksNodes(at: Self.now + NodeRoom.memory + .milliseconds(1)))
        }
        #expect(!NodeRoom(try Self.nodes(Self.whole) + away, at: Self.now).lacksNodes(at: Self.now))
    }
}
