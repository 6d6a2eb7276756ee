import RelayCore
import RelayStore
import RelayTestSupport
import Testing

/// A request becomes a job becomes a mined answer.
@Suite(.timeLimit(.minutes(2)))
struct WholePassTests {
    @Test func answersARequest() async throws {
        let world = try RelayWorld()
        let request = world.chain.request(spec: RelayWorld.spec, resultType: 1)

        try await world.run { try world.allSettled([request]) && world.allClosed() }

        let settlement = try #require(world.chain.effectiveSettlements(of: request.jobID).first)
        #expect(settlement.answer == .fulfilled(resultType: 1, result: "hello\n"))
        #expect(world.bacalhau.jobs.count == 1)
        #expect(world.bacalhau.callCount("PUT jobs") <= 1)
    }
}
