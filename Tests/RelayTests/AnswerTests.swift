import RelayCore
import RelayStore
import RelayTestSupport
import Testing

/// What comes back for each result type, and what becomes of output that Bacalhau has cut.
@Suite(.timeLimit(.minutes(2)))
struct AnswerTests {
    static let run = FakeRun(stdout: "out\n", stderr: "err\n", exitCode: 3)

    static let answers: [(UInt8, String)] = [(0, run.cid), (1, "out\n"), (2, "err\n"), (3, "3")]

    @Test(arguments: answers)
    func answersWithWhatWasAskedFor(resultType: UInt8, text: String) async throws {
        let world = try RelayWorld { _ in FakeJobScript(.completes(Self.run)) }
        let request = world.chain.request(spec: RelayWorld.spec, resultType: resultType)

        try await world.runUntilClosed([request])

        #expect(world.answer(to: request) == .fulfilled(resultType: resultType, result: text))
    }

    @Test func answersZeroForAPlainReturn() async throws {
        let world = try RelayWorld { _ in FakeJobScript(.completes(FakeRun(exitCode: -1))) }
        let request = world.chain.request(spec: RelayWorld.spec, resultType: 3)

        try await world.runUntilClosed([request])

        #expect(world.answer(to: request) == .fulfilled(resultType: 3, result: "0"))
    }

    @Test func marksWhatBacalhauHasCut() async throws {
        let world = try RelayWorld { _ in .prints(String(repeating: "x", count: 5_000)) }
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilClosed([request])

        #expect(
            world.answer(to: request) == .fulfilled(resultType: 1, result: String(repeating: "x", count: 2_048) + "…")
        )
        #expect(try world.listed(request)?.answer?.truncated == true)
    }
}
