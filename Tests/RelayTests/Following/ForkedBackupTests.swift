import Ethereum
import JSON
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Telemetry
import Testing

/// A backup that has left the others above a block: what it says of the blocks below is not believed either.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct ForkedBackupTests {
    private static let wrongHash = "0x" + String(repeating: "ee", count: 32)

    /// Above the block it has others, and in the block a request that nobody made.
    private static func leaves(
        above block: UInt64,
        _ invented: InventedJob
    ) -> @Sendable (String, [JSONValue], JSONValue) -> JSONValue {
        { method, parameters, result in
            guard method == "eth_getBlockByNumber" else { return invented.tell(method, parameters, result) }
            let number = parameters.first?.string.flatMap { UInt256(hexQuantity: $0)?.asUInt64 }
            guard let number, number > block, result["hash"] != nil else { return result }
            return result.replacing("hash", .string(wrongHash))
        }
    }

    private static func three() async throws -> RelayWorld {
        try await RelayWorld.ready(settle: 3) { world in
            world.hosts = ["a.test", "b.test", "c.test"]
            world.options.follow.readAgain(each: .seconds(5))
        }
    }

    @Test("case 32: a job that only a forked node's contract has is not taken from it")
    func countOfAForkedNode() async throws {
        let world = try await Self.three()
        let request = world.chain.request(spec: RelayWorld.spec)
        let block = world.chain.head.number
        try await world.run { try world.view.overview().cursors.allSatisfy { $0.secondBlock > block } }
        try await world.runUntilSettled()
        let lie = try InventedJob(like: request, in: world.chain)
        world.chain.setManners("b.test") { $0.lie = Self.leaves(above: block, lie) }

        try await world.run(for: .seconds(120))

        #expect(
            lie.told.all.contains("eth_call") && lie.told.all.contains("eth_getLogs"),
            "its contract has been asked"
        )
        #expect(try world.requests.count == 1)
        let outage = world.log.records.first { $0.fields["outage.of"] == "count of jobs" }
        #expect(outage?.fields["error"]?.contains("does not have the final block") == true)
        world.chain.setManners("b.test") { $0.lie = nil }
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 32: a block that is too much for a range is not read by its hash at a forked node")
    func blockOfAForkedNode() async throws {
        let world = try await Self.three()
        let requests = world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: 8))
        let block = world.chain.head.number
        world.chain.mine(10)
        let lie = try InventedJob(like: try #require(requests.last), in: world.chain)
        world.chain.setManners("b.test") { manners in
            manners.mostLogs = 3
            manners.lie = Self.leaves(above: block, lie)
        }

        try await world.run(within: .seconds(1_200)) {
            try world.view.overview().cursors.allSatisfy { $0.secondBlock > block }
        }

        #expect(lie.told.all.contains("eth_getLogs"), "it has been asked")
        #expect(try world.requests.count == 8)
        world.chain.setManners("b.test") { $0 = NodeManners() }
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 8)
    }
}
