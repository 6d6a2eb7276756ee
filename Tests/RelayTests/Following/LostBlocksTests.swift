import Ethereum
import Relay
import RelayStore
import RelayTestSupport
import Telemetry
import Testing

/// Blocks that nodes do not have any more, and how many of them are a gap.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct LostBlocksTests {
    @Test("case 22: of what two nodes have lost only what both have is a gap")
    func onlyWhatAllHaveLost() async throws {
        let world = try await RelayWorld.ready(settle: 2) { $0.hosts = ["a.test", "b.test"] }
        world.chain.mine(2_000)
        let kept = world.chain.request(spec: RelayWorld.spec)
        let block = world.chain.head.number
        world.chain.mine(500)
        world.chain.setManners("a.test") { $0.lookback = 100 }
        world.chain.setManners("b.test") { $0.lookback = 1_000 }

        try await world.run { world.allSettled([kept]) }

        let gaps = try world.view.overview().gaps
        #expect(!gaps.isEmpty && gaps.allSatisfy { $0.range.upperBound < block }, "\(gaps)")
        #expect(world.counter("requests.missedAtFirst") == 0)
    }

    @Test("case 22: what is read once more with each head does not reach into a gap")
    func tailEndsAtTheGap() async throws {
        let world = try await RelayWorld.ready(settle: 2)
        world.chain.mine(3_000)
        world.chain.setManners("chain.test") { $0.lookback = 100 }
        let calls = world.chain.callCount("eth_getLogs")

        try await world.readToHead()

        let made = world.chain.callCount("eth_getLogs") - calls
        #expect(try world.view.overview().gaps.count == 1)
        // Most of them to find out where it ends, by halving.
        #expect(made < 20, "\(made) calls")
    }
}
