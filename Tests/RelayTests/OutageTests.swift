import RelayStore
import RelayTestSupport
import Telemetry
import Testing

/// What is gone for a minute is waited for, spoken of once, and found again.
@Suite(.timeLimit(.minutes(2)))
struct OutageTests {
    @Test func waitsForTheChainNode() async throws {
        let world = try RelayWorld()
        let request = world.chain.request(spec: RelayWorld.spec)
        world.chain.setOutage(.refused)
        let end = world.time.now() + 60_000
        try await world.run { world.time.now() >= end }
        #expect(world.log.messages.count { $0 == "not reachable" } == 1)
        let calls = world.chain.httpCallCount
        #expect(calls < 60, "\(calls) calls in a minute")
        world.chain.setOutage(nil)

        try await world.runUntilClosed([request])

        #expect(world.isSettledOnce(request))
    }

    @Test func waitsForTheOrchestrator() async throws {
        let world = try RelayWorld()
        try await world.run { world.log.messages.contains("ready") }
        let request = world.chain.request(spec: RelayWorld.spec)
        // It goes away once the relayer runs: the first job meets it.
        let end = world.time.now() + 60_000
        try await world.run(onReady: { world.bacalhau.setOutage(.refused) }, until: { world.time.now() >= end })
        let speeches = world.log.messages.filter { $0 == "not reachable" || $0 == "still not reachable" }
        #expect(speeches.count <= 2, "\(speeches)")
        #expect(world.bacalhau.jobs.isEmpty)
        let waiting = try StoreView(path: world.database).overview().held
        #expect(waiting.count == 1 && waiting.first?.reason?.contains("http://bacalhau.test") == true, "\(waiting)")
        world.bacalhau.setOutage(nil)

        try await world.runUntilClosed([request])

        #expect(world.isSettledOnce(request))
        #expect(try world.listed(request)?.reason == nil)
        #expect(world.bacalhau.jobs.map(\.version) == [1])
    }
}
