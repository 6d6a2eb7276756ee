import Ethereum
import RelayCore
import RelayStore
import RelayTestSupport
import Testing

/// What logs tell of jobs that are closed.
@Suite struct OutcomeStoreTests {
    private let bench: StoreBench
    /// In block 10, log 3.
    private let request: ObservedRequest

    init() async throws {
        bench = try await StoreBench()
        request = bench.request(1)
        try await bench.ingest(request)
    }

    private func outcome(
        _ closing: ContractStanding.Closing = .fulfilled,
        jobID: UInt64 = 1,
        requester: Address? = nil,
        block: UInt64,
        index: UInt64 = 0
    ) -> ObservedOutcome {
        ObservedOutcome(
            Outcome(jobID: UInt256(jobID), requester: requester, closing: closing),
            Log(
                address: bench.contract,
                topics: [],
                data: [],
                blockNumber: block,
                blockHash: StoreBench.hash(0xee),
                transactionHash: StoreBench.hash(0xdd),
                transactionIndex: 0,
                logIndex: index
            )
        )
    }

    private func store(_ outcomes: ObservedOutcome...) async throws {
        var batch = IngestBatch()
        batch.outcomes = outcomes
        _ = try await bench.store.ingest(batch, at: StoreBench.now)
    }

    private func found() async throws -> ObservedOutcome? { try await bench.store.word(on: request).outcomes.first }

    @Test func findsTheFirstOneBehindTheRequest() async throws {
        #expect(try await found() == nil)
        let later = outcome(.failed, block: 12)
        let first = outcome(block: 11, index: 7)
        try await store(later, first)
        #expect(try await found() == first)
    }

    /// Anybody may answer an id before it is asked for, and for another requester.
    @Test func passesOverWhatClosesNothing() async throws {
        let stranger = TestAccount(seed: 9).address
        try await store(
            outcome(block: 9),
            outcome(block: 10, index: 2),
            outcome(block: 10, index: 3),
            outcome(requester: stranger, block: 11),
            outcome(jobID: 2, block: 11, index: 1)
        )
        #expect(try await found() == nil)
        let own = outcome(.failed, requester: bench.account, block: 11, index: 2)
        try await store(own)
        #expect(try await found() == own)
    }

    @Test func takesALogOnce() async throws {
        let one = outcome(block: 11)
        try await store(one)
        try await store(one, one)
        #expect(try await found() == one)
    }

    /// Read again after a reorganisation, the same place may say something else.
    @Test func forgetsWhatIsTakenBack() async throws {
        try await store(outcome(block: 12))
        _ = try await bench.store.rewind(to: 12, stopJobsAt: StoreBench.now, at: StoreBench.now)
        #expect(try await found() != nil)
        _ = try await bench.store.rewind(to: 11, stopJobsAt: StoreBench.now, at: StoreBench.now)
        #expect(try await found() == nil)
        let other = outcome(.failed, block: 12)
        try await store(other)
        #expect(try await found() == other)
    }

    @Test func tellsHowFarHasBeenRead() async throws {
        #expect(try await bench.store.word(on: request).nextBlock == 11)
        #expect(try await bench.store.word(on: request).secondBlock == 5)
    }

    /// One node's word is not enough to leave a request without its answer; once it is confirmed it stays so.
    @Test func tellsWhatTheSecondReadingHasShown() async throws {
        let one = outcome(block: 11)
        try await store(one)
        #expect(try await found()?.isConfirmed == false)
        var second = IngestBatch()
        second.outcomes = [one]
        second.isSecond = true
        _ = try await bench.store.ingest(second, at: StoreBench.now)
        #expect(try await found()?.isConfirmed == true)
        try await store(one)
        #expect(try await found()?.isConfirmed == true)
    }

    /// An answer may stand in blocks that nobody has read.
    @Test func tellsWhatHasNotBeenRead() async throws {
        #expect(try await bench.store.word(on: request).startBlock == 5)
        #expect(try await bench.store.word(on: request).gap == nil)
        try await bench.store.skip(6...9, for: [bench.cursor], "pruned", at: StoreBench.now)
        #expect(try await bench.store.word(on: request).gap == nil)
        try await bench.store.skip(8...20, for: [bench.cursor], "pruned", at: StoreBench.now)
        #expect(try await bench.store.word(on: request).gap == 8...20)
    }

    @Test func keepsFieldsAndBytesAsTheyWere() async throws {
        let echoed = ObservedRequest(
            hash: StoreBench.hash(2),
            contract: bench.contract,
            jobID: UInt256(2),
            requester: bench.account,
            party: bench.account,
            spec: [0xff, 0],
            resultType: 1,
            echo: [1, 2, 3],
            place: request.place
        )
        try await bench.ingest(echoed)
        let id = try #require(try bench.listed(2)).request.id
        #expect(try bench.listed(2)?.request.observed == echoed)
        let answer = Answer(kind: .result, text: "a\u{fffd}", bytes: [0x61, 0xff], source: "published files")
        let change = ComputingChange(request: id, from: .observed, to: .answered, answer: answer)
        try await bench.store.record(change, at: StoreBench.now)
        #expect(try bench.listed(2)?.answer == answer)
        let due = try await bench.store.answered(upTo: 100, at: StoreBench.now, limit: 10)
        #expect(due.map(\.answer.content) == [[0x61, 0xff]])
    }
}
