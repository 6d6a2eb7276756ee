import Ethereum
import JSON
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Telemetry
import Testing

/// Ranges that are too much, too old, cut short, or not what was asked for.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct RangeTests {
    private static let host = "chain.test"

    static let refusals: [RPCFailure] = [
        RPCFailure(code: -32_005, "query returned more than 10000 results"),
        RPCFailure(code: -32_000, "block range is too wide"),
        RPCFailure(code: -32_602, "Log response size exceeded. this block range should work: [0x0, 0x6]"),
        RPCFailure(code: -32_614, "eth_getLogs is limited to a 7 range"),
        RPCFailure(code: -32_005, ""), RPCFailure(code: -32_000, ""),
        RPCFailure(code: -32_701, "exceed maximum block range: 7"),
    ]

    @Test("case 7: whatever words say that a range is too much, all of it is read", arguments: refusals)
    func tooMuch(refusal: RPCFailure) async throws {
        let world = try RelayWorld(settle: 2)
        world.chain.limitLogRange(blocks: 7, with: refusal)
        for _ in 0..<6 {
            world.chain.request(spec: RelayWorld.spec)
            world.chain.mine(6)
        }

        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 6)
        #expect(!world.log.messages.contains("not reachable"))
        #expect(world.chain.callCount("eth_getLogs") < 120)
    }

    @Test("case 7: a block that alone is too much for a range is read by its hash")
    func singleBlock() async throws {
        let world = try await RelayWorld.ready(settle: 2)
        world.chain.setManners(Self.host) { $0.mostLogs = 3 }
        world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: 8))
        world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 9)
        #expect(!world.log.messages.contains("not reachable"))
    }

    @Test("case 17: where a node takes no block hash another one is asked for the block")
    func refusesBlockHash() async throws {
        let world = try await RelayWorld.ready(settle: 2) { $0.hosts = ["a.test", "b.test"] }
        world.chain.setManners("a.test") { manners in
            manners.mostLogs = 3
            manners.refusesBlockHash = true
        }
        world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: 8))

        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 8)
    }

    @Test("case 17: the only node takes no block hash, and a block is too much for it: said, and not passed")
    func noWayToReadABlock() async throws {
        let world = try await RelayWorld.ready(settle: 2)
        world.chain.setManners(Self.host) { manners in
            manners.mostLogs = 3
            manners.refusesBlockHash = true
        }
        world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: 8))
        let block = world.chain.head.number

        try await world.run(for: .seconds(120))

        #expect(try world.nextBlock() == block)
        #expect(world.log.records.contains { $0.message == "not reachable" && $0.fields["outage.of"] == "chain node" })
        #expect(world.chain.callCount("eth_getLogs") < 200)
        world.chain.setManners(Self.host) { $0.mostLogs = nil }
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 8)
    }

    @Test("case 17: holes are filled at a node that takes no block hash")
    func fillsHolesWithoutBlockHash() async throws {
        let world = try await RelayWorld.ready(settle: 2)
        world.chain.setManners(Self.host) { manners in
            manners.refusesBlockHash = true
            manners.bloom = .full
        }
        // Both readings miss them.
        world.chain.setManners(Self.host) { manners in
            manners.lie = { method, parameters, result in
                let isRange = parameters.first?["fromBlock"] != parameters.first?["toBlock"]
                return method == "eth_getLogs" && isRange ? [] : result
            }
        }
        world.chain.requests(specs: [RelayWorld.spec, RelayWorld.spec])
        world.chain.mine(2)

        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 2)
        #expect(world.counter("requests.missedAtFirst") == 2)
    }

    @Test("case 15: logs of transactions that are not mined are passed over")
    func pendingLogs() async throws {
        let world = try await RelayWorld.ready(settle: 2)
        world.chain.setManners(Self.host) { $0.lie = Self.withPending }
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 1)
        #expect(try world.view.rejected(limit: 10).isEmpty)
        #expect(world.isSettledOnce(request))
    }

    @Sendable private static func withPending(_ method: String, _: [JSONValue], _ result: JSONValue) -> JSONValue {
        guard method == "eth_getLogs", let logs = result.array, let log = logs.first else { return result }
        let topics = log["topics"]?.array ?? []
        let job = JSONValue.string("0x" + String(repeating: "77", count: 32))
        let other = JSONValue.array(Array(topics.prefix(1)) + [job] + topics.dropFirst(2))
        let pending = log.replacing("blockHash", .null).replacing("blockNumber", .null).replacing("logIndex", .null)
        return .array([pending.replacing("topics", other)] + logs)
    }

    /// Each makes an answer of two logs of one block one that cannot be.
    static let lies: [(name: String, lie: @Sendable ([JSONValue]) -> [JSONValue])] = [
        ("two hashes for one number", { [$0[0], $0[1].replacing("blockHash", .string(wrongHash))] }),
        ("another hash than the chain's", { $0.map { $0.replacing("blockHash", .string(wrongHash)) } }),
        ("out of order", { [$0[1], $0[0]] }),
        ("the same index twice", { [$0[0], $0[1].replacing("logIndex", "0x0")] }),
        ("the same log twice", { [$0[0], $0[0], $0[1]] }),
        (
            "another address",
            { [$0[0], $0[1].replacing("address", .string("0x" + String(repeating: "11", count: 20)))] }
        ),
        ("another topic", { [$0[0], $0[1].replacing("topics", [.string(wrongHash)])] }),
        ("another block", { [$0[0], $0[1].replacing("blockNumber", "0xffff")] }),
    ]
    static let wrongHash = "0x" + String(repeating: "ee", count: 32)

    @Test("cases 16 and 18: an answer that cannot be is in doubt as a whole", arguments: lies.indices)
    func impossibleAnswers(index: Int) async throws {
        let world = try await RelayWorld.ready(settle: 2)
        let lie = Self.lies[index].lie
        world.chain.setManners(Self.host) { manners in
            manners.lie = { method, _, result in
                guard method == "eth_getLogs", let logs = result.array, logs.count == 2 else { return result }
                return .array(lie(logs))
            }
        }
        world.chain.requests(specs: [RelayWorld.spec, RelayWorld.spec])
        let block = world.chain.head.number

        try await world.run(for: .seconds(30))

        #expect(try world.requests.isEmpty, "\(Self.lies[index].name)")
        #expect(try world.nextBlock() == block, "the cursor stays before it")
        #expect(world.bacalhau.jobs.isEmpty)
        world.chain.setManners(Self.host) { $0.lie = nil }
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 2)
    }

    @Test("case 18: a node that does not filter is passed over for one that does")
    func ignoresTheFilter() async throws {
        let world = try await RelayWorld.ready(settle: 2) { $0.hosts = ["a.test", "b.test"] }
        world.chain.setManners("a.test") { manners in
            manners.lie = { method, _, result in
                guard method == "eth_getLogs", let logs = result.array, let log = logs.first else { return result }
                let stray = log.replacing("address", .string("0x" + String(repeating: "11", count: 20)))
                return .array([stray] + logs)
            }
        }
        world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 1)
    }

    @Test("case 21: two days without a request: cursor and second reading go on, at a low price")
    func twoQuietDays() async throws {
        let world = try await RelayWorld.ready(settle: 4) { $0.options.follow.pollInterval = nil }
        let calls = world.chain.httpCallCount
        let hours = Recorder<Int>()

        try await world.run(blocks: nil, within: .seconds(400_000)) {
            guard try world.nextBlock() > world.chain.head.number else { return false }
            let second = try world.view.overview().cursors.map(\.secondBlock).min() ?? 0
            guard hours.count < 48 else { return second + 70 > world.chain.head.number }
            hours.record(hours.count)
            // Each hour passes in one leap.
            world.time.advance(by: .seconds(3_600))
            world.chain.mine(60)
            return false
        }

        #expect(try world.nextBlock() >= world.chain.head.number)
        #expect(try world.view.overview().cursors.allSatisfy { $0.secondBlock + 70 > world.chain.head.number })
        #expect(world.chain.httpCallCount - calls < 48 * 40)
        world.chain.request(spec: RelayWorld.spec)
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 26: on a chain of four blocks a second one look is for several")
    func fastBlocks() async throws {
        let world = try await RelayWorld.ready(settle: 8) { $0.options.follow.pollInterval = nil }
        let (calls, block) = (world.chain.httpCallCount, world.chain.head.number)
        let end = world.time.now() + 60_000
        world.chain.request(spec: RelayWorld.spec)

        try await world.run(blocks: .milliseconds(250)) { world.time.now() >= end }

        let blocks = Int(world.chain.head.number - block)
        #expect(blocks > 200)
        #expect(world.chain.httpCallCount - calls < blocks * 2, "\(world.chain.httpCallCount - calls) calls")
        #expect(world.chain.callCount("eth_getLogs") < blocks)
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 27: no block is left out between two pages", arguments: [1, 2, 7, 10, 35, 36, 37] as [UInt64])
    func pages(window: UInt64) async throws {
        var patient = try RelayWorld(settle: 2)
        patient.options.follow.window = window
        let world = patient
        // One in each block.
        for _ in 0..<36 { world.chain.request(spec: RelayWorld.spec) }

        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 36)
        #expect(world.counter("requests.missedAtFirst") == 0)
    }

    @Test("case 28: a bad log stops nothing, and what was not stored has not been read")
    func badLogAndBadCommit() async throws {
        let world = try RelayWorld(settle: 2)
        world.chain.request(spec: RelayWorld.spec)
        world.chain.emitDamagedLog(.missingTopic)
        world.chain.request(spec: RelayWorld.spec)
        // It dies before the commit that holds cursor and requests, again and again.
        for occurrence in [1, 2, 3, 4] {
            try await world.run(crash: CrashSwitch(at: "before commit", occurrence: occurrence), within: .seconds(60)) {
                try world.allClosed() && world.chain.minedCount(of: world.account.address) == 2
            }
            let stored = try world.standing.count
            let next = try world.view.overview().cursors.first?.nextBlock ?? 0
            #expect(next == 0 || stored == 2, "block \(next) with \(stored) requests")
        }

        try await world.run { try world.allClosed() && world.standing.count == 2 }

        #expect(world.bacalhau.jobs.count == 2)
        #expect(try world.view.rejected(limit: 10).count == 1)
        #expect(try world.nextBlock() > 3)
    }
}
