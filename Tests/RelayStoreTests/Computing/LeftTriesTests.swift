import RelayCore
import RelayStore
import Testing

/// Which jobs nobody waits for any more, at one orchestrator.
@Suite(.timeLimit(.minutes(1))) struct LeftTriesTests {
    /// Stores a request's tries at these orchestrators, one after the other.
    private func tries(_ bench: StoreBench, _ number: UInt8, at orchestrators: [String], _ now: Timestamp) async throws
    {
        try await bench.ingest(bench.request(number))
        let id = try #require(try bench.listed(number)?.request.id)
        for (place, orchestrator) in orchestrators.enumerated() {
            let attempt = place + 1
            let change = ComputingChange(
                request: id,
                from: place == 0 ? .observed : .accepted,
                to: .accepted,
                newJob: ComputingChange.NewJob(
                    attempt: attempt,
                    name: "\(number)-r\(attempt)",
                    body: [1],
                    orchestrator: orchestrator
                )
            )
            try await bench.store.record(change, at: now)
        }
    }

    @Test func namesThoseWithANewerTryAtThisOrchestrator() async throws {
        let bench = try await StoreBench()
        try await tries(bench, 1, at: ["a", "b", "a", "b"], StoreBench.now)
        try await tries(bench, 2, at: ["a"], StoreBench.now)
        try await tries(bench, 3, at: ["a", "b"], StoreBench.now + .seconds(-100))
        try await tries(bench, 4, at: ["b", "a"], StoreBench.now)

        let left = try await bench.store.leftTries(at: "a", since: StoreBench.now)
        #expect(left.map(\.jobName) == ["1-r3", "1-r1"])
        #expect(left.map(\.attempt) == [3, 1] && left.allSatisfy { $0.requestHash == StoreBench.hash(1) })
        let more = try await bench.store.leftTries(at: "a", since: StoreBench.now + .seconds(-100))
        #expect(more.map(\.jobName) == ["3-r1", "1-r3", "1-r1"])
        #expect(try await bench.store.leftTries(at: "b", since: StoreBench.now).map(\.jobName) == ["4-r1", "1-r2"])
        #expect(try await bench.store.leftTries(at: "c", since: StoreBench.now).isEmpty)
    }
}
