import RelayCore
import RelayStore
import RelayTestSupport
import Testing

/// Every call to the orchestrator that is made for a request can be told of later.
@Suite(.timeLimit(.minutes(2)))
struct JobCallTests {
    private func calls(_ world: RelayWorld, _ request: FakeRequest) throws -> [JobCall] {
        try #require(try world.dossier(of: request)).calls
    }

    @Test func tellsOfEachCallAndOfManyPollsOnce() async throws {
        let world = try RelayWorld { _ in FakeJobScript(.completes(FakeRun(stdout: "hello\n")), after: .seconds(600)) }
        let request = world.chain.request(spec: RelayWorld.spec, resultType: 1)

        try await world.runUntilClosed([request])

        let calls = try calls(world, request)
        #expect(calls.map(\.kind) == [.lookUp, .submit, .lookUp, .lookUp], "\(calls)")
        #expect(calls.first?.outcome == "no job of this name")
        #expect(calls.dropFirst().first?.outcome == "created")
        let polls = try #require(calls.dropFirst(2).first)
        #expect(polls.count > 50 && polls.lastAt - polls.firstAt > .seconds(500), "\(polls)")
        let end = try #require(calls.last)
        #expect(end.outcome.hasPrefix("Completed") && end.count == 1, "\(end)")
        #expect(end.detail?.contains(#""exitCode":0"#) == true, "\(end)")
    }

    /// What was sent and not answered is told in the words of the failure, and the try that follows is told apart.
    @Test func tellsOfTriesAndOfWhatWentWrong() async throws {
        let busy = FakeJobScript(.nodesBusy)
        let world = try RelayWorld { $0.name.hasSuffix("-r2") ? .prints("hello\n") : busy }
        let request = world.chain.request(spec: RelayWorld.spec, resultType: 1)

        try await world.runUntilClosed([request])

        let calls = try calls(world, request)
        #expect(Set(calls.map(\.attempt)) == [1, 2], "\(calls)")
        #expect(calls.contains { $0.attempt == 1 && $0.outcome.hasPrefix("Failed: ") }, "\(calls)")
        #expect(calls.last?.attempt == 2 && calls.last?.outcome.hasPrefix("Completed") == true, "\(calls)")
    }
}
