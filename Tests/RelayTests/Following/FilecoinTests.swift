import Ethereum
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Telemetry
import Testing

/// Heights without a block, and logs that come one block later.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct FilecoinTests {
    private static let host = "chain.test"

    @Test(
        "case 23: heights without a block are passed, however the node says it",
        arguments: NodeManners.NullRound.allCases
    )
    func nullRounds(style: NodeManners.NullRound) async throws {
        let world = try await RelayWorld.ready(settle: 4) { world in
            world.options.follow.window = 5
            world.chain.setManners(Self.host) { $0.nullRound = style }
        }
        // At a range's start, in it, at its end, and many in a row; at the cursor, which stands behind the last block.
        for skipped: UInt64 in [1, 2, 5, 1, 12, 4] {
            world.chain.skipHeights(skipped)
            world.chain.request(spec: RelayWorld.spec)
        }

        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 6)

        // At the head, one by one.
        for skipped: UInt64 in [1, 7, 2] {
            world.chain.skipHeights(skipped)
            world.chain.request(spec: RelayWorld.spec)
            try await world.runUntilSettled()
        }
        try world.expectCanonical(jobs: 9)
        #expect(!world.log.messages.contains("not reachable"))
        #expect(world.counter("chain.reorgs") == 0)
        #expect(world.counter("requests.missedAtFirst") == 0)
        #expect(try world.view.overview().chain.halt == nil)
    }

    @Test("case 23: a start block that has no block, and a window of one", arguments: NodeManners.NullRound.allCases)
    func startsInANullRound(style: NodeManners.NullRound) async throws {
        var patient = try RelayWorld(settle: 2)
        patient.options.follow.window = 1
        patient.options.contracts[0] = .init(address: patient.chain.bridge, startBlock: 5)
        let world = patient
        world.chain.setManners(Self.host) { $0.nullRound = style }
        world.chain.mine(3)
        world.chain.skipHeights(6)
        world.chain.request(spec: RelayWorld.spec)
        world.chain.skipHeights(3)
        world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 2)
        #expect(!world.log.messages.contains("not reachable"))
        #expect(world.counter("chain.reorgs") == 0)
    }

    @Test("case 23: a reorganisation puts null rounds where blocks were", arguments: NodeManners.NullRound.allCases)
    func reorgToNullRounds(style: NodeManners.NullRound) async throws {
        let world = try await RelayWorld.ready(settle: 8, blocks: 10) { world in
            world.chain.setManners(Self.host) { $0.nullRound = style }
        }
        let request = world.chain.request(spec: RelayWorld.spec)
        world.chain.mine(1)
        try await world.run(blocks: nil) { try world.state(of: request) == .answered }
        try await world.readToHead()
        world.chain.rollBack(depth: 3)
        world.chain.skipHeights(3)
        world.chain.mine(4)

        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 1)
        #expect(world.counter("chain.reorgs") == 1)
    }

    /// As the gateways, which look ten minutes back; with a rule for receipts that takes longer.
    @Test("case 23: receipts that are gone by the time they are final", arguments: [false, true])
    func receiptsThatAreGone(dies: Bool) async throws {
        let world = try await RelayWorld.ready(settle: 2) { world in
            world.options.follow.receipt = FinalityRule(blocks: 40)
            world.chain.setManners(Self.host) { $0.receiptLookback = 8 }
        }
        let request = world.chain.request(spec: RelayWorld.spec)
        if dies {
            // Long enough to have seen it once.
            let mined = Recorder<UInt64>()
            try await world.run {
                if mined.last == nil, world.isSettledOnce(request) { mined.record(world.chain.head.number) }
                return mined.last.map { world.chain.head.number >= $0 + 5 } ?? false
            }
            world.chain.mine(20)
        }

        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 1)
        #expect(world.counter("settlements.lost") == 0)
        #expect(world.counter("requests.settled") == 1)
        #expect(world.counter("requests.settledElsewhere") == 0)
        #expect(!world.log.messages.contains("settlement held"))
    }

    @Test(
        "case 24: logs that are not there yet are waited for, and nothing is passed over",
        arguments: [1, 2] as [UInt64]
    )
    func deferredLogs(blocks: UInt64) async throws {
        let world = try await RelayWorld.ready(settle: 6)
        world.chain.setManners(Self.host) { $0.deferredLogs = blocks }
        for _ in 0..<3 { world.chain.request(spec: RelayWorld.spec) }

        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 3)
        #expect(world.counter("requests.missedAtFirst") == 0)
        #expect(world.counter("chain.reorgs") == 0)
        let outages = world.log.messages.count { $0 == "not reachable" }
        #expect(outages == 0, "\(outages)")
    }
}
