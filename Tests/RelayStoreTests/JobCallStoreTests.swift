import RelayCore
import RelayStore
import Testing

/// The calls that are kept of a request grow with what changes, not with how often somebody looks.
@Suite(.timeLimit(.minutes(1))) struct JobCallStoreTests {
    private func time(_ seconds: Int) -> Timestamp { StoreBench.now + .seconds(seconds) }

    private func call(_ kind: JobCall.Kind, _ outcome: String, _ seconds: Int, attempt: Int = 1) -> JobCall {
        JobCall(kind, attempt: attempt, outcome: outcome, detail: "{\"state\":\"\(outcome)\"}", at: time(seconds))
    }

    private func calls(_ bench: StoreBench, _ id: Int64) throws -> [JobCall] {
        try #require(try StoreView(path: bench.path).dossier(id)).calls
    }

    /// A poll that is stored with its wait.
    private func poll(_ bench: StoreBench, _ id: Int64, _ calls: JobCall...) async throws {
        var change = ComputingChange(request: id, from: .submitted, to: .submitted)
        change.calls = calls
        try await bench.store.record(change, at: StoreBench.now)
    }

    @Test func aThousandPollsAreOneRowAndNoCommitMore() async throws {
        let bench = try await StoreBench()
        let id = try await bench.request(1, in: .submitted)
        let commits = bench.store.commitCount

        for number in 0..<1_000 { try await poll(bench, id, call(.lookUp, "Running", number)) }

        #expect(bench.store.commitCount == commits + 1_000)
        let kept = try #require(try calls(bench, id).first)
        #expect(try calls(bench, id).count == 1)
        #expect(kept.count == 1_000 && kept.firstAt == time(0) && kept.lastAt == time(999))
        #expect(kept.outcome == "Running" && kept.detail == #"{"state":"Running"}"#)
    }

    /// Look-ups and submissions take turns; each is compared with the last of its kind, and of its try.
    @Test func countsEachKindByItself() async throws {
        let bench = try await StoreBench()
        let id = try await bench.request(1, in: .submitted)

        for number in 0..<5 {
            try await poll(bench, id, call(.lookUp, "none", number), call(.submit, "unknown", number))
        }
        try await poll(bench, id, call(.lookUp, "none", 9, attempt: 2))
        try await poll(bench, id, call(.lookUp, "Running", 10))
        try await poll(bench, id, call(.lookUp, "none", 11))

        #expect(try calls(bench, id).map(\.count) == [5, 5, 1, 1, 1])
        #expect(try calls(bench, id).map(\.outcome) == ["none", "unknown", "none", "Running", "none"])
    }

    @Test func keepsTheFirstAndTheNewestOfVeryMany() async throws {
        let bench = try await StoreBench()
        let id = try await bench.request(1, in: .submitted)
        let other = try await bench.request(2, in: .submitted)
        try await poll(bench, other, call(.lookUp, "Running", 0))

        for number in 0..<500 { try await poll(bench, id, call(.lookUp, "state \(number)", number)) }

        let kept = try calls(bench, id)
        #expect(kept.count == 200)
        #expect(kept.prefix(100).map(\.outcome) == (0..<100).map { "state \($0)" })
        #expect(kept.suffix(99).map(\.outcome) == (401..<500).map { "state \($0)" })
        let mark = kept[100]
        #expect(mark.kind == .omitted && mark.count == 301 && mark.detail == nil)
        #expect(mark.firstAt == time(100) && mark.lastAt == time(400))
        #expect(kept.map(\.count).reduce(0, +) == 500)
        #expect(try calls(bench, other).count == 1)
    }

    @Test func keepsNothingOfAStepThatIsOutOfStep() async throws {
        let bench = try await StoreBench()
        let id = try await bench.request(1, in: .dead)

        await #expect(throws: StoreError.self) { try await poll(bench, id, call(.submit, "created", 1)) }
        #expect(try calls(bench, id).isEmpty)

        try await bench.store.note([call(.submit, "created", 1)], of: id)
        #expect(try calls(bench, id).map(\.outcome) == ["created"])
    }

    @Test func tellsHowLongEachStageTook() async throws {
        let bench = try await StoreBench()
        let id = try await bench.request(1, in: .accepted)
        let submitted = ComputingChange(request: id, from: .accepted, to: .submitted)
        try await bench.store.record(submitted, at: time(3))
        let note = ComputingChange(request: id, from: .submitted, to: .submitted, event: "noted")
        try await bench.store.record(note, at: time(4))
        let dead = ComputingChange(request: id, from: .submitted, to: .dead, reason: "why")
        try await bench.store.record(dead, at: time(10))
        _ = try await bench.store.revive(id, at: time(70))

        let stages = try #require(try StoreView(path: bench.path).dossier(id)).stages
        #expect(
            stages == [
                Stage(state: .observed, from: time(0), until: time(0)),
                Stage(state: .accepted, from: time(0), until: time(3)),
                Stage(state: .submitted, from: time(3), until: time(10)),
                Stage(state: .dead, from: time(10), until: time(70)),
                Stage(state: .observed, from: time(70), until: nil),
            ]
        )
    }
}
