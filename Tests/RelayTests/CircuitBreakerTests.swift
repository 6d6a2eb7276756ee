import RelayTestSupport
import Synchronization
import Telemetry
import Testing

/// A job that wedges its compute node: nothing more is sent there until one job shows that it is well again.
@Suite(.timeLimit(.minutes(2)))
struct CircuitBreakerTests {
    @Test func stopsSubmittingToABrokenNodeAndGoesOn() async throws {
        let submissions = Mutex(0)
        let world = try RelayWorld { _ in
            let number = submissions.withLock { count in
                count += 1
                return count
            }
            return number == 1 ? FakeJobScript(.wedged) : .prints("well\n")
        }
        let first = world.chain.request(spec: RelayWorld.spec)
        try await world.run {
            world.log.messages.contains("a compute node does not take a job: nothing more is submitted")
        }
        #expect(world.counters["jobs.circuitOpened"] == 1)
        #expect(world.bacalhau.jobs.count == 1)

        let later = (0..<10).map { _ in world.chain.request(spec: RelayWorld.spec) }
        try await world.runUntilClosed([first] + later)

        for request in [first] + later {
            #expect(world.answer(to: request) == .fulfilled(resultType: 1, result: "well\n"))
        }
        // One for each request, the first one's that hung, and the few that found out.
        #expect(world.bacalhau.jobs.count <= 11 + 1 + 4, "\(world.bacalhau.jobs.map(\.name))")
        #expect(world.bacalhau.jobs.allSatisfy { $0.version == 1 })
    }
}
