import Ethereum
import RelayCore
import RelayStore
import RelayTestSupport
import SQLite
import Testing

/// What a reading stores with the cursors that it moves.
@Suite(.timeLimit(.minutes(1))) struct CursorTests {
    private struct Died: Error {}

    /// Claim and registering are the first two commits; the reading is the third.
    @Test(arguments: [true, false])
    func keepsLinkFinalBlockRequestsAndCursorsTogether(diesBeforeTheCommit: Bool) async throws {
        let hooks = WriterHooks(
            beforeCommit: { if diesBeforeTheCommit, $0 == 3 { throw Died() } },
            afterCommit: { if !diesBeforeTheCommit, $0 == 3 { throw Died() } }
        )
        let bench = try await StoreBench(hooks: hooks).claimed()
        await #expect(throws: Died.self) {
            try await bench.read(bench.request(1), upTo: StoreBench.link(20), final: StoreBench.link(15), second: 16)
        }
        await bench.store.close()

        let overview = try bench.overview()
        let isDone = !diesBeforeTheCommit
        #expect(overview.chain.links.map(\.number) == (isDone ? [15, 20] : []))
        #expect((overview.chain.final?.number == 15) == isDone)
        #expect((overview.chain.anchor?.number == 15) == isDone)
        #expect(overview.cursors.map(\.nextBlock) == [isDone ? 21 : 5])
        #expect(overview.cursors.map(\.secondBlock) == [isDone ? 16 : 5])
        #expect((try bench.state(1) != nil) == isDone)
    }

    @Test func movesNeitherCursorBackwards() async throws {
        let bench = try await StoreBench().claimed()
        try await bench.read(upTo: StoreBench.link(20), second: 16)
        try await bench.read(upTo: StoreBench.link(12), second: 9)
        #expect(try await bench.store.cursors().map(\.nextBlock) == [21])
        #expect(try await bench.store.cursors().map(\.secondBlock) == [16])
    }

    @Test func aReplayMovesNoCursor() async throws {
        let bench = try await StoreBench().claimed()
        let report = try await bench.store.ingest(IngestBatch(requests: [bench.request(1)]), at: StoreBench.now)
        #expect(report.found == 1)
        #expect(try await bench.store.cursors().map(\.nextBlock) == [5])
    }

    @Test func tellsNewKnownAndReturnedRequestsApart() async throws {
        let bench = try await StoreBench().claimed()
        _ = try await bench.request(1, in: .orphaned)
        _ = try await bench.request(2, in: .submitted)

        let report = try await bench.ingest(bench.request(1), bench.request(2), bench.request(3), bench.request(3))

        #expect(report.found == 1 && report.known == 3 && report.returned == 1 && report.rejected == 0)
        #expect(try (1...3).map { try bench.state($0) } == [.observed, .submitted, .observed])
    }

    @Test func refusesARequestOfAnUnknownContractWithAllThatCameWithIt() async throws {
        let bench = try await StoreBench().claimed()
        let known = bench.request(1)
        let stranger = ObservedRequest(
            hash: StoreBench.hash(2),
            contract: bench.account,
            jobID: known.jobID,
            requester: known.requester,
            party: known.party,
            spec: known.spec,
            resultType: 1,
            place: known.place
        )
        await #expect(throws: StoreError.self) {
            try await bench.read(known, stranger, upTo: StoreBench.link(20), final: StoreBench.link(15))
        }
        #expect(try bench.state(1) == nil)
        #expect(try await bench.store.cursors().map(\.nextBlock) == [5])
        #expect(try await bench.store.chain().links.isEmpty)
    }

    // MARK: Registering

    @Test func aContractKeepsItsCursorAndAnUnreadOneTakesAnotherStart() async throws {
        let bench = try await StoreBench()
        #expect(try await bench.store.register([(address: bench.contract, startBlock: 9)]).first?.secondBlock == 9)
        var cursor = bench.cursor
        cursor.nextBlock = 30
        _ = try await bench.store.ingest(IngestBatch(cursors: [cursor]), at: StoreBench.now)

        let known = try await bench.store.register([
            (address: bench.contract, startBlock: 3), (address: bench.account, startBlock: 4),
        ])
        #expect(known.map(\.nextBlock) == [30, 4])
        #expect(known.map(\.startBlock) == [9, 4])
        #expect(known.map(\.secondBlock) == [9, 4])
        #expect(try await bench.store.cursors(of: known.reversed()) == known.reversed())
    }

    @Test(
        arguments: [
            (0...4, 0), (2...4, 2), (2...9, 2), (2...3, 5), (5...9, 5), (6...9, 5), (0...(.max), 0),
        ] as [(ClosedRange<UInt64>, UInt64)]
    )
    func beginsWithWhatWasReadRightBeforeIt(range: ClosedRange<UInt64>, start: UInt64) async throws {
        let bench = try await StoreBench()
        var batch = IngestBatch()
        batch.replayed = [ReplayedBlocks(contract: bench.contract, range: range)]
        _ = try await bench.store.ingest(batch, at: StoreBench.now)
        #expect(try await bench.store.cursors().first?.startBlock == start)
    }

    /// A replay notes each range as it has read it: the first of them too, when the last one is.
    @Test func beginsWithAllThatWasReadBeforeItRangeByRange() async throws {
        let bench = try await StoreBench()
        for (range, start) in [(0...1, 5), (2...3, 5), (4...6, 0)] as [(ClosedRange<UInt64>, UInt64)] {
            var batch = IngestBatch()
            batch.replayed = [ReplayedBlocks(contract: bench.contract, range: range, since: 0)]
            _ = try await bench.store.ingest(batch, at: StoreBench.now)
            #expect(try await bench.store.cursors().first?.startBlock == start)
        }
    }
}
