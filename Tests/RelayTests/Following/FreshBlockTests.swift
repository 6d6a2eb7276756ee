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

    @Test("case 4: an empty answer for a block whose bloom speaks of logs moves no cursor")
    func bloomSpeaksOfLogs() async throws {
        let world = try await RelayWorld.ready(settle: 6) { $0.options.follow.longestTail = 0 }
        world.chain.failNext("eth_getLogs", with: .result([]), count: 2)
        world.chain.request(spec: RelayWorld.spec)
        let block = world.chain.head.number

        try await world.run(blocks: nil) { try world.nextBlock() > block }

        #expect(try world.standing.count == 1)
        #expect(world.counter("blooms.unexplained") == 0)
        #expect(world.log.records.contains { $0.fields["error"]?.contains("bloom") == true })
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
        #expect(world.counter("requests.missedAtFirst") == 0)
    }

    @Test("case 4: a bloom that fits by chance holds up nobody")
    func bloomFitsByChance() async throws {
        let world = try await RelayWorld.ready(settle: 2)
        // Of the contract, with the topic of a request, and without one: only the bloom says so.
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
