import Ethereum
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Testing

/// What a health check makes of what the relayer says of itself.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct HealthTests {
    private func health(_ world: RelayWorld, isHeld: Bool = true, after age: Duration = .zero) throws -> RelayerHealth {
        let now = Timestamp(milliseconds: world.time.now()) + age
        return RelayerHealth(try world.view.overview(), isHeld: isHeld, now: now)
    }

    @Test func isWellWhileBlocksCome() async throws {
        let world = try await RelayWorld.ready()
        let began = world.time.now()
        try await world.run {
            guard world.time.now() - began > 300_000 else { return false }
            let health = try health(world)
            #expect(health.isWell && health.life == .running, "\(health)")
            return true
        }
        let gone = try health(world, isHeld: false)
        #expect(gone.life == .gone && gone.problems == ["no relayer runs"])
        // It was killed, so its own word is still another.
        #expect(try RelayerReport(world.view.overview())?.saysItRuns == true)
    }

    @Test func isNotWellWhenTheHeadStandsStill() async throws {
        let world = try await RelayWorld.ready()
        try await world.lengthen()
        let began = world.time.now()
        try await world.run(blocks: nil) {
            let elapsed = world.time.now() - began
            guard elapsed > 115_000 else { return false }
            let health = try health(world)
            guard elapsed > 135_000 else {
                #expect(health.standstill == nil || elapsed > 120_000, "\(elapsed): \(health)")
                return false
            }
            #expect(health.problems.count == 1 && health.problems[0].hasPrefix("no newer head for 1"), "\(health)")
            return true
        }
    }

    /// Twenty blocks' time.
    @Test func aSlowChainMayStandStillForLonger() async throws {
        let world = try await RelayWorld.ready()
        try await world.run(blocks: .seconds(60)) { world.chain.head.number > 30 }
        let began = world.time.now()
        try await world.run(blocks: nil) {
            let elapsed = world.time.now() - began
            guard elapsed > 1_000_000 else { return false }
            let health = try health(world)
            if elapsed < 1_190_000 { #expect(health.isWell, "\(elapsed): \(health)") }
            guard elapsed > 1_300_000 else { return false }
            #expect(health.standstill != nil)
            return true
        }
    }

    @Test func tellsWhatItWaitsForAtItsStart() async throws {
        let world = try RelayWorld()
        world.chain.setOutage(.refused)
        try await world.run {
            let health = try health(world)
            guard health.problems.count > 1 else { return false }
            #expect(health.life == .starting)
            #expect(health.problems[0] == "no relayer runs")
            #expect(health.problems[1].hasPrefix("unreachable: chain node: eth_chainId"), "\(health)")
            return true
        }
        #expect(try health(world, after: .seconds(601)).life == .gone)
        #expect(try health(world, isHeld: false).life == .gone)
    }

    @Test func tellsTheReasonOfAnOutage() async throws {
        let world = try await RelayWorld.ready()
        try await world.run(
            onReady: { world.chain.setOutage(.refused) },
            until: {
                let health = try health(world)
                guard health.life == .running, let problem = health.problems.first else { return false }
                #expect(problem.hasPrefix("unreachable: chain node: eth_"), "\(problem)")
                return true
            }
        )
    }

    @Test func isNotWellWhileItIsHalted() async throws {
        let world = try await RelayWorld.ready()
        try await world.run {
            let health = try health(world)
            return health.life == .running
        }
        let store = try RelayStore(path: world.database)
        try await store.halt(ChainHalt(at: Timestamp(milliseconds: 1), reason: "deep"))
        await store.close()
        #expect(try health(world).problems == ["it is halted"])
        #expect(try health(world, isHeld: false).problems == ["no relayer runs", "it is halted"])
    }

    @Test func hasNeverRunWithoutAReport() async throws {
        let world = try RelayWorld()
        await (try RelayStore(path: world.database)).close()
        #expect(try health(world).life == .neverRan)
    }
}
