import RelayTestSupport
import Testing

/// Nothing waits for ever.
@Suite(.timeLimit(.minutes(2)))
struct DeadlineTests {
    @Test func stopsAndFailsAJobThatDoesNotEnd() async throws {
        let world = try RelayWorld { _ in FakeJobScript(.neverEnds) }
        let request = world.chain.request(spec: RelayWorld.spec)
        let started = world.time.now()

        try await world.runUntilClosed([request])

        #expect(world.reason(of: request)?.contains("time-out of 1800 s") == true)
        #expect(world.bacalhau.jobs.map(\.state) == [.stopped])
        #expect(world.time.now() - started >= (1_800 + 180) * 1_000)
    }

    @Test func answersWithWhatTheJobMadeJustBeforeItWasStopped() async throws {
        // It ends at the very deadline, so that the order to stop meets a completed job.
        let world = try RelayWorld { _ in FakeJobScript(.completes(FakeRun(stdout: "late\n")), after: .seconds(1_980)) }
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilClosed([request])

        #expect(world.answer(to: request) == .fulfilled(resultType: 1, result: "late\n"))
    }

    @Test func triesAgainWhenTheOrchestratorHasForgottenTheJob() async throws {
        let world = try RelayWorld { submission in
            submission.attempt == 1 ? FakeJobScript(.lost, after: .seconds(5)) : .prints("again\n")
        }
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilClosed([request])

        #expect(world.answer(to: request) == .fulfilled(resultType: 1, result: "again\n"))
        #expect(try world.history(of: request).contains("next try"))
    }
}
