import Ethereum
import JSON
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Telemetry
import Testing

/// Answers that leave logs out for ever, and what the contract itself says of them.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct SequenceTests {
    private static let host = "chain.test"

    @Test("case 8: what a node cuts off without a word is found by the contract's own count")
    func cutAnswers() async throws {
        let world = try await RelayWorld.ready(settle: 2)
        world.chain.setManners(Self.host) { manners in
            manners.silentLimit = 2
            manners.bloom = .full
        }
        world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: 5))

        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 5)
        #expect(world.counter("requests.missedAtFirst") == 3)
        #expect(world.log.messages.contains("requests that both readings missed, found by the contract's own count"))
        #expect(world.gauge("requests.unaccounted") == 0)
    }

    @Test("case 8: an answer that is cut at the second reading takes nothing back")
    func cutSecondReading() async throws {
        let world = try await RelayWorld.ready(settle: 2)
        world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: 5))
        try await world.run(blocks: nil) { try world.standing.count == 5 }
        world.chain.setManners(Self.host) { $0.silentLimit = 2 }

        try await world.runUntilSettled()
        try await world.run(for: .seconds(300))

        try world.expectCanonical(jobs: 5)
        #expect(world.counter("requests.withdrawn") == 0)
    }

    @Test("case 8: a hole that no node fills is said, and holds up nobody")
    func unfilledHole() async throws {
        let world = try await RelayWorld.ready(settle: 2)
        world.chain.setManners(Self.host) { manners in
            manners.bloom = .full
            manners.lie = { method, _, result in
                guard method == "eth_getLogs" else { return result }
                return .array((result.array ?? []).filter { $0["logIndex"] != "0x1" })
            }
        }
        let requests = world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: 3))

        try await world.run {
            try world.gauge("requests.unaccounted") == 1 && world.allSettled([requests[0], requests[2]])
                && world.allClosed()
        }

        #expect(try world.standing.count == 2)
        let warning = world.log.records.first { $0.message == "requests that the contract has, and no node shows" }
        #expect(warning?.fields["remedy"]?.contains("chain.rpc") == true)
        world.chain.setManners(Self.host) { $0.lie = nil }
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 3)
        try await world.run { world.gauge("requests.unaccounted") == 0 }
    }

    @Test("case 22: what lies before the nodes' look-back is a gap on record, and reading goes on behind it")
    func lookBack() async throws {
        let world = try await RelayWorld.ready(settle: 2)
        let old = world.chain.request(spec: RelayWorld.spec)
        let first = try world.nextBlock()
        world.chain.mine(3_000)
        world.chain.setManners(Self.host) { $0.lookback = 2_000 }
        let new = world.chain.request(spec: RelayWorld.spec)

        try await world.run { try world.state(of: new) == .settled }

        // One, unless the chain went on in the middle of it.
        let gaps = try world.view.overview().gaps
        let gap = try #require(gaps.first)
        let last = try #require(gaps.last)
        #expect(gap.range.lowerBound == first && gap.contract == world.chain.bridge)
        #expect(zip(gaps, gaps.dropFirst()).allSatisfy { $0.range.upperBound + 1 == $1.range.lowerBound })
        #expect(last.range.upperBound + 2_200 > world.chain.head.number)
        #expect(gap.reason.contains("lookbacks of more than 24h0m0s"))
        #expect(world.counter("chain.gaps") == Int64(gaps.count))
        #expect(try world.standing.count == 1)
        #expect(world.chain.callCount("eth_getLogs") < 200)
        // The contract's count tells that somebody is missing in it.
        try await world.run(for: .seconds(300))
        #expect(world.gauge("requests.unaccounted") == 1)

        // An operator reads it at a node that has it.
        world.chain.setManners(Self.host) { $0.lookback = nil }
        let arguments = #"{"from":\#(gap.range.lowerBound),"to":\#(last.range.upperBound)}"#
        let replay = try world.view.instruct(
            "replay",
            arguments: arguments,
            at: Timestamp(milliseconds: world.time.now())
        )
        try await world.run { try world.view.instruction(replay)?.state == .done }
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 2)
        #expect(try world.view.overview().gaps.isEmpty)
        #expect(world.isSettledOnce(old))
    }

    @Test("case 22: another node that goes back further leaves no gap")
    func anotherNodeGoesBack() async throws {
        let world = try await RelayWorld.ready(settle: 2) { $0.hosts = ["a.test", "b.test"] }
        let old = world.chain.request(spec: RelayWorld.spec)
        world.chain.mine(3_000)
        world.chain.setManners("a.test") { $0.lookback = 100 }

        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 1)
        #expect(try world.view.overview().gaps.isEmpty)
        #expect(world.isSettledOnce(old))
    }
}
