import Ethereum
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Telemetry
import Testing

/// What is final by which rule, when a node's tags are missing, stand still, or name nothing.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct FinalityTests {
    private static let host = "chain.test"

    private func world(_ rule: FinalityRule, _ tag: NodeManners.Tag) async throws -> RelayWorld {
        try await RelayWorld.ready { world in
            world.options.follow.settle = rule
            world.options.follow.receipt = FinalityRule(blocks: 2)
            world.options.follow.pollInterval = .seconds(20)
            world.chain.setManners(Self.host) { manners in
                manners.finalized = tag
                manners.safe = tag
            }
        }
    }

    static let useless: [NodeManners.Tag] = [.missing, .null, .stuck(0)]

    @Test("case 25: a tag that is missing, null or block 0 falls back, with an alarm", arguments: useless)
    func fallsBack(tag: NodeManners.Tag) async throws {
        let world = try await world(FinalityRule(tag: .finalized), tag)
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run(blocks: nil) { try world.state(of: request) == .answered }
        // 256 blocks are there long before an hour is over.
        world.chain.mine(300)
        try await world.run(for: .seconds(60))
        #expect(try world.state(of: request) == .answered)
        #expect(world.chain.callCount("eth_sendRawTransaction") == 0)

        world.time.advance(by: .seconds(3_600))
        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 1)
        #expect(try world.rule(of: request) == "256 blocks and 3600 s in place of finalized")
        let alarms = world.log.records.filter { $0.fields["outage.of"] == "block tag finalized" }
        #expect(!alarms.isEmpty && alarms.count < 20, "\(alarms.count)")
        #expect(alarms.first?.fields["error"]?.contains("does not say which block it is") == true)
    }

    @Test("case 25: a tag that stands still for hours falls back, and is gone by again when it moves")
    func stuck() async throws {
        let world = try await world(FinalityRule(tag: .finalized), .behind(3))
        let first = world.chain.request(spec: RelayWorld.spec)
        try await world.run { world.allSettled([first]) }
        #expect(try world.rule(of: first) == "finalized")
        let stuck = world.chain.head.number
        world.chain.setManners(Self.host) { $0.finalized = .stuck(stuck) }
        let second = world.chain.request(spec: RelayWorld.spec)

        try await world.run(blocks: nil) { try world.state(of: second) == .answered }
        world.chain.mine(256)
        let hours = Recorder<Int64>()
        try await world.run(within: .seconds(60_000)) {
            // It stands still for some hours, each of which passes in one leap.
            let now = world.time.now()
            if hours.count < 4, now - (hours.last ?? 0) > 60_000 {
                hours.record(now + 3_600_000)
                world.time.advance(by: .seconds(3_600))
                world.chain.mine()
            }
            return world.allSettled([second])
        }

        #expect(try world.rule(of: second) == "256 blocks and 3600 s in place of finalized")
        #expect(world.log.records.contains { $0.fields["error"]?.contains("it has not moved for") == true })
        world.chain.setManners(Self.host) { $0.finalized = .behind(3) }
        let third = world.chain.request(spec: RelayWorld.spec)
        try await world.run { world.allSettled([third]) }
        #expect(try world.rule(of: third) == "finalized")
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 3)
    }

    @Test("case 25: of a tag and a number of blocks the first that comes true releases, and is recorded")
    func whicheverComesFirst() async throws {
        for (tag, rule) in [
            (NodeManners.Tag.behind(2), "finalized"), (.behind(20), "10 blocks"), (.stuck(1), "10 blocks"),
            (.null, "10 blocks"),
        ] {
            let world = try await world(FinalityRule(tag: .finalized, blocks: 10), tag)
            let request = world.chain.request(spec: RelayWorld.spec)

            try await world.runUntilSettled()

            try world.expectCanonical(jobs: 1)
            #expect(try world.rule(of: request) == rule)
        }
    }

    @Test("case 25: by time the block's own clock counts")
    func bySeconds() async throws {
        let world = try await world(FinalityRule(seconds: 90), .missing)
        let request = world.chain.request(spec: RelayWorld.spec)
        let began = world.time.now()

        try await world.runUntilSettled()

        #expect(world.time.now() - began >= 90_000)
        #expect(try world.rule(of: request) == "90 s")
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 25: a mined answer's rule by time may go deeper than what is final", arguments: [false, true])
    func receiptByTime(isRestarted: Bool) async throws {
        let world = try await RelayWorld.ready(settle: 2) { $0.options.follow.receipt = FinalityRule(seconds: 90) }
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run { world.allSettled([request]) }
        if isRestarted {
            for _ in 0..<8 { try await world.run(for: .seconds(10)) }
        } else {
            try await world.run(for: .seconds(80))
        }
        #expect(try world.state(of: request) == .settling)

        try await world.runUntilSettled(within: .seconds(60))

        let mined = try #require(try world.dossier(of: request)?.settlements.first?.blockNumber)
        let age = world.chain.head.timestamp - (try #require(world.chain.header(mined)?.timestamp))
        #expect((90...100).contains(age), "\(age) s")
    }

    @Test("case 25: a mined answer's rule that falls back from its tag may go deeper than what is final")
    func receiptFallsBack() async throws {
        let world = try await RelayWorld.ready(settle: 2) { $0.options.follow.receipt = FinalityRule(tag: .finalized) }
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run { world.allSettled([request]) }
        try await world.run(for: .seconds(3_000))
        #expect(try world.state(of: request) == .settling)

        try await world.runUntilSettled(within: .seconds(800))

        try world.expectCanonical(jobs: 1)
    }

    @Test("case 29: a block from the future makes nothing final early")
    func blockFromTheFuture() async throws {
        let world = try await world(FinalityRule(seconds: 90), .missing)
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run(blocks: nil) { try world.state(of: request) == .answered }
        world.chain.mine(ahead: .seconds(3_600))
        // What the miner says is believed as little as the nodes: it is only one block.
        world.chain.mine(3)

        try await world.run(for: .seconds(40), blocks: nil)

        #expect(world.chain.callCount("eth_sendRawTransaction") == 0)
        try await world.runUntilSettled(within: .seconds(20_000))
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 29: the host's clock jumps by an hour, forwards and backwards", arguments: [3_600, -3_600])
    func clockJumps(seconds: Int) async throws {
        let world = try await RelayWorld.ready(settle: 4) { $0.options.follow.pollInterval = nil }
        let requests = (0..<2).map { _ in world.chain.request(spec: RelayWorld.spec) }
        let sent = Recorder<Bool>()

        // What had a time of day to wait for waits until that comes, at worst.
        try await world.run(within: .seconds(9_000)) {
            if sent.count == 0, try world.state(of: requests[0]) == .answered {
                world.time.setClock(by: .seconds(seconds))
                sent.record(true)
            }
            return sent.count == 1 && world.allSettled(requests)
        }

        let last = world.chain.request(spec: RelayWorld.spec)
        try await world.run(within: .seconds(9_000)) { world.allSettled([last]) }
        try await world.runUntilSettled(within: .seconds(9_000))
        try world.expectCanonical(jobs: 3)
        #expect(world.counter("chain.reorgs") == 0)
    }
}
