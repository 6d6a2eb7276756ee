import Ethereum
import RelayCore
import RelayStore
import Testing

/// What operators do about requests that cannot be answered.
@Suite(.timeLimit(.minutes(1))) struct DeadLetterTests {
    private func history(_ bench: StoreBench, _ id: Int64) throws -> [AuditEntry] {
        try #require(try StoreView(path: bench.path).dossier(id)).history
    }

    @Test func closesADeadRequestWithWhoAndWhy() async throws {
        let bench = try await StoreBench()
        let id = try await bench.request(1, in: .dead)

        try await bench.store.drop(id, reason: "spam", by: "ann", at: StoreBench.later)

        let listed = try #require(try bench.listed(1))
        #expect(listed.request.state == .dropped && listed.request.since == StoreBench.later)
        #expect(listed.reason == "spam (by ann)")
        let last = try #require(try history(bench, id).last)
        #expect(last.event == "dropped" && last.detail == "spam (by ann)" && last.at == StoreBench.later)
        #expect(last.from == .dead && last.to == .dropped)
        // Why it was dead is not lost.
        #expect(try history(bench, id).contains { $0.to == .dead })
        let overview = try bench.overview()
        #expect(overview.dead.isEmpty)
        #expect(overview.counts.filter { $0.count > 0 }.map(\.state) == [.dropped])
    }

    @Test(arguments: RequestState.allCases.filter { $0 != .dead })
    func dropsNothingThatIsNotDead(state: RequestState) async throws {
        let bench = try await StoreBench()
        let id = try await bench.request(1, in: state)
        let before = try history(bench, id)

        await #expect(throws: StoreError.outOfStep(request: id, expected: "dead")) {
            try await bench.store.drop(id, reason: "spam", by: "ann", at: StoreBench.later)
        }

        #expect(try bench.state(1) == state)
        #expect(try history(bench, id) == before)
    }

    @Test func takesADroppedRequestUpAgain() async throws {
        let bench = try await StoreBench()
        let id = try await bench.request(1, in: .dropped)

        #expect(try await bench.store.revive(id, by: "bob", at: StoreBench.later) == .observed)

        #expect(try bench.listed(1)?.reason == nil)
        let last = try #require(try history(bench, id).last)
        #expect(last.from == .dropped && last.to == .observed && last.detail == "by bob")
    }

    @Test(arguments: RequestState.allCases.filter { $0 != .dead && $0 != .dropped })
    func takesNothingUpThatIsInHand(state: RequestState) async throws {
        let bench = try await StoreBench()
        let id = try await bench.request(1, in: state)

        await #expect(throws: StoreError.outOfStep(request: id, expected: "dead")) {
            try await bench.store.revive(id, at: StoreBench.later)
        }
        #expect(try bench.state(1) == state)
    }

    /// Names of its jobs that are used up stay so: an identical PUT under one of them answers "no changes" for ever.
    @Test func computesAnewUnderTheNextName() async throws {
        let bench = try await StoreBench().claimed()
        let id = try await bench.request(1, in: .submitted)
        let death = ComputingChange(request: id, from: .submitted, to: .dead, reason: "why")
        try await bench.store.record(death, at: StoreBench.now)

        #expect(try await bench.store.revive(id, at: StoreBench.now) == .observed)

        let batch = try await bench.store.computing(
            upTo: 100,
            at: StoreBench.now,
            limit: 10,
            rules: AdmissionRules(maxRunning: 10)
        )
        #expect(batch.admission.items.map(\.request.id) == [id])
        #expect(batch.admission.items.map(\.attempts) == [1])
    }

    /// An operator's word is about the request, on whatever branch its log stands.
    @Test func staysDroppedWhenItsLogComesBack() async throws {
        let bench = try await StoreBench().claimed()
        let id = try await bench.request(1, in: .dropped)
        _ = try await bench.store.rewind(to: 9, stopJobsAt: StoreBench.stopJobsAt, at: StoreBench.now)
        #expect(try bench.state(1) == .orphaned)

        try await bench.ingest(bench.request(1, block: 12))

        let listed = try #require(try bench.listed(1))
        #expect(listed.request.state == .dropped && listed.reason == "spam (by ann)")
        #expect(try history(bench, id).last?.event == "log back")
    }

    @Test func listsWhatIsAskedFor() async throws {
        let bench = try await StoreBench()
        for (number, state) in zip(UInt8(1)..., [RequestState.dead, .dropped, .answered, .dead]) {
            _ = try await bench.request(number, in: state)
        }
        let view = try StoreView(path: bench.path)
        func ids(_ states: RequestState...) throws -> [UInt64?] {
            try view.list(states: states, limit: 10).map(\.request.observed.jobID.asUInt64)
        }

        #expect(try ids(.dead) == [4, 1])
        #expect(try ids(.dropped) == [2])
        #expect(try ids(.dead, .dropped, .dead) == [4, 2, 1])
        #expect(try ids() == [4, 3, 2, 1])
        #expect(try view.list(states: [.dead], limit: 1).count == 1)
    }
}
