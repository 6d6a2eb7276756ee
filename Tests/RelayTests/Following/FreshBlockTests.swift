import Ethereum
import JSON
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Telemetry
import Testing

/// A node that has a block and not yet its logs.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct FreshBlockTests {
    private static let host = "chain.test"

    @Test("case 3: logs that a node shows three blocks late are found", arguments: [1, 3] as [UInt64])
    func emptyFreshBlocks(late: UInt64) async throws {
        let world = try await RelayWorld.ready(settle: 6) { $0.hasWebSockets = late == 3 }
        world.chain.setManners(Self.host) { manners in
            manners.hiddenLogs = late
            // Nothing else tells of them.
            manners.bloom = .full
        }
        for _ in 0..<3 { world.chain.request(spec: RelayWorld.spec) }

        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 3)
        #expect(world.counter("requests.missedAtFirst") == 0)
        #expect(world.counter("requests.withdrawn") == 0)
        #expect(world.counter("chain.reorgs") == 0)
    }

    @Test("case 3: the second reading finds what a node hid until it was final")
    func hiddenUntilFinal() async throws {
        let world = try await RelayWorld.ready(settle: 3) { $0.options.follow.longestTail = 0 }
        world.chain.setManners(Self.host) { $0.bloom = .full }
        world.chain.failNext("eth_getLogs", with: .result([]))
        world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 1)
        #expect(world.counter("requests.missedAtFirst") == 1)
        #expect(world.log.messages.contains("requests that the first reading missed"))
    }

    @Test("case 4: an empty answer for a block whose bloom speaks of logs moves no cursor, and is no outage")
    func bloomSpeaksOfLogs() async throws {
        let world = try await RelayWorld.ready(settle: 6) { $0.options.follow.longestTail = 0 }
        world.chain.failNext("eth_getLogs", with: .result([]), count: 2)
        world.chain.request(spec: RelayWorld.spec)
        let block = world.chain.head.number

        try await world.run(blocks: nil) { try world.nextBlock() > block }

        #expect(try world.standing.count == 1)
        #expect(world.counter("blooms.unexplained") == 0)
        #expect(!world.log.messages.contains("not reachable"))
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
        #expect(world.counter("requests.missedAtFirst") == 0)
    }

    @Test("case 4: a bloom that speaks of logs for good is explained by the block's hash", arguments: [false, true])
    func hiddenInTheRange(andByHash: Bool) async throws {
        let world = try await RelayWorld.ready(settle: 2) { $0.hosts = ["a.test", "b.test"] }
        world.chain.setManners("a.test") { manners in
            manners.lie = { method, parameters, result in
                method == "eth_getLogs" && (andByHash || parameters.first?["blockHash"] == nil) ? [] : result
            }
        }
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.run(blocks: nil) { try world.state(of: request) == .answered }

        #expect(world.log.records.contains { $0.fields["error"]?.contains("some by its hash") == true })
        #expect(world.counter("requests.missedAtFirst") == 0)
        #expect(world.counter("blooms.unexplained") == 0)
    }

    @Test("case 4: blooms that fit by chance, one after the other, hold up nobody")
    func bloomsFitByChance() async throws {
        let world = try await RelayWorld.ready(settle: 2) { $0.options.follow.pollInterval = .seconds(1) }
        var bloom = LogsBloom.empty
        bloom.insert(
            Log(
                address: world.chain.bridge,
                topics: [JobBridgeABI.requested.topic],
                data: [],
                blockNumber: 0,
                blockHash: .zero,
                transactionHash: .zero,
                transactionIndex: 0,
                logIndex: 0
            )
        )
        let text = JSONValue.string("0x" + Hex.encode(bloom.bytes))
        world.chain.setManners(Self.host) { manners in
            manners.lie = { method, _, result in
                method == "eth_getBlockByNumber" && result["logsBloom"] != nil
                    ? result.replacing("logsBloom", text) : result
            }
        }
        let block = world.chain.head.number
        let began = world.time.now()

        try await world.run { try world.nextBlock() > block + 60 }

        #expect(world.time.now() - began < 240_000, "\(world.time.now() - began) ms for 60 blocks of two seconds")
        #expect(world.counter("blooms.unexplained") > 1)
        #expect(!world.log.messages.contains("not reachable"))
        world.chain.request(spec: RelayWorld.spec)
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 4: logs that nobody shows although the bloom speaks of them hold up nobody")
    func hiddenEverywhere() async throws {
        let world = try await RelayWorld.ready(settle: 2)
        let block = world.chain.head.number + 1
        world.chain.setManners(Self.host) { $0.lie = { method, _, result in method == "eth_getLogs" ? [] : result } }
        world.chain.request(spec: RelayWorld.spec)

        try await world.run(blocks: nil) { try world.nextBlock() > block }

        #expect(world.counter("blooms.unexplained") == 1)
        world.chain.setManners(Self.host) { $0.lie = nil }
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 4: a full bloom says nothing")
    func fullBloom() async throws {
        let world = try await RelayWorld.ready(settle: 2) { $0.chain.setManners(Self.host) { $0.bloom = .full } }
        world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 1)
        #expect(world.counter("blooms.unexplained") == 0)
        #expect(!world.log.messages.contains("not reachable"))
    }
}
