import RelayCore
import RelayStore
import RelayTestSupport
import SQLite
import Testing

@Suite(.timeLimit(.minutes(1)))
struct IngestTests {
    private struct Died: Error {}

    /// Claims and registering are the first commit; the ingest is the second.
    @Test(arguments: [true, false])
    func keepsCursorAndRequestsTogether(diesBeforeTheCommit: Bool) async throws {
        let hooks = WriterHooks(
            beforeCommit: { if diesBeforeTheCommit, $0 == 2 { throw Died() } },
            afterCommit: { if !diesBeforeTheCommit, $0 == 2 { throw Died() } }
        )
        let bench = try await StoreBench(hooks: hooks)

        await #expect(throws: Died.self) { try await bench.ingest(bench.request(1), bench.request(2)) }
        await bench.store.close()

        let overview = try StoreView(path: bench.path).overview()
        let observed = overview.counts.first { $0.state == .observed }?.count
        #expect(observed == (diesBeforeTheCommit ? 0 : 2))
        #expect(overview.cursors.map(\.nextBlock) == [diesBeforeTheCommit ? 5 : 11])
    }

    @Test func tellsRequestsApartThatShareTheirFirstEightBytes() async throws {
        let bench = try await StoreBench()

        let report = try await bench.ingest(bench.request(1, tail: 1), bench.request(1, tail: 2))

        #expect(report.found == 2)
        #expect(try bench.listed(1, tail: 1)?.request.id != bench.listed(1, tail: 2)?.request.id)
    }

    @Test func knowsARequestAgainAndMovesItsPlace() async throws {
        let bench = try await StoreBench()
        try await bench.ingest(bench.request(1, block: 9))

        let report = try await bench.ingest(bench.request(1, block: 10))

        #expect(report.found == 0)
        #expect(report.known == 1)
        #expect(try bench.listed(1)?.request.observed.place.blockNumber == 10)
    }

    @Test func movesNoCursorBackwards() async throws {
        let bench = try await StoreBench()
        try await bench.ingest()
        var back = bench.cursor
        back.nextBlock = 7

        _ = try await bench.store.ingest(IngestBatch(cursors: [back]), at: StoreBench.now)

        #expect(try await bench.store.cursors().map(\.nextBlock) == [11])
    }

    @Test func keepsARejectedLogOnceWithItsReasonAndABoundOnItsBytes() async throws {
        let bench = try await StoreBench()
        let log = RejectedLog(
            reason: "2 topics, expected 3",
            digest: StoreBench.hash(9),
            blockNumber: 10,
            logIndex: 1,
            transactionHash: nil,
            bytes: Array(repeating: 7, count: 100_000)
        )

        for _ in 0..<2 { _ = try await bench.store.ingest(IngestBatch(rejected: [log]), at: StoreBench.now) }

        let kept = try StoreView(path: bench.path).rejected(limit: 10)
        #expect(kept.map(\.reason) == [log.reason])
        #expect(kept.first?.bytes.count == 32 << 10 && kept.first?.size == 100_000)
    }
}
