import Ethereum
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Synchronization
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

    /// As the relayer tells it: newer with each block, and as old as the last one.
    @Test func tellsSinceWhenTheHeadIsTheSame() async throws {
        let world = try await RelayWorld.ready()
        try await world.lengthen()
        let stood = Mutex(false)

        try await world.run(blocks: nil) {
            let standstill = try health(world).standstill
            guard stood.withLock({ $0 }) else {
                guard standstill != nil else { return false }
                stood.withLock { $0 = true }
                world.chain.mine()
                return false
            }
            return try standstill == nil && health(world).isWell
        }
    }

    /// Twenty blocks' time, and two minutes at least.
    @Test(arguments: [(60, 1_199, false), (60, 1_201, true), (2, 119, false), (2, 121, true)])
    func aSlowChainMayStandStillForLonger(blockTime: UInt64, still: Int64, isTooLong: Bool) async throws {
        let world = try RelayWorld()
        let now = Timestamp(milliseconds: world.time.now())
        let store = try RelayStore(path: world.database)
        try await store.claim(ChainIdentity(chainID: 1337, genesisHash: .zero))
        for number in 1...20 as ClosedRange<UInt64> {
            let hash = keccak256([UInt8(number)])
            let link = ChainLink(number: number, hash: hash, parentHash: .zero, timestamp: number * blockTime)
            _ = try await store.ingest(IngestBatch(link: link), at: now)
        }
        let since = now.milliseconds - still * 1_000
        try await store.report(#"{"running":true,"headSinceMs":\#(since)}"#, at: now)
        await store.close()

        let health = try health(world)

        #expect(health.life == .running && (health.standstill != nil) == isTooLong, "\(health)")
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
        #expect(try health(world).problems.contains("it is halted"))
        #expect(try health(world, isHeld: false).problems == ["no relayer runs", "it is halted"])
    }

    @Test func hasNeverRunWithoutAReport() async throws {
        let world = try RelayWorld()
        await (try RelayStore(path: world.database)).close()
        #expect(try health(world).life == .neverRan)
    }
}
