import Ethereum
import RelayCore
import RelayStore
import RelayTestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct GapTests {
    private let bench: StoreBench
    private let other: ContractCursor

    init() async throws {
        bench = try await StoreBench()
        let registered = try await bench.store.register([(address: bench.account, startBlock: 5)])
        other = try #require(registered.first)
    }

    private func skip(_ range: ClosedRange<UInt64>, _ cursors: [ContractCursor]? = nil) async throws {
        try await bench.store.skip(range, for: cursors ?? [bench.cursor], "too old", at: StoreBench.now)
    }

    /// By a replay of these blocks.
    private func fill(_ range: ClosedRange<UInt64>, of contracts: [Address]) async throws {
        var batch = IngestBatch()
        batch.replayed = contracts.map { ReplayedBlocks(contract: $0, range: range) }
        _ = try await bench.store.ingest(batch, at: StoreBench.now)
    }

    /// Of the bench's contract, or of another one.
    private func gaps(of contract: Address? = nil) throws -> [ClosedRange<UInt64>] {
        try bench.overview().gaps.filter { $0.contract == contract ?? bench.contract }.map(\.range)
    }

    // MARK: Skipping

    @Test func notesTheGapAndGoesOnBehindIt() async throws {
        try await skip(5...99)
        let gap = try #require(try bench.overview().gaps.first)
        #expect(gap.contract == bench.contract && gap.range == 5...99)
        #expect(gap.reason == "too old" && gap.foundAt == StoreBench.now)
        #expect(try await bench.store.cursors().map(\.nextBlock) == [100, 5])
        #expect(try await bench.store.cursors().map(\.secondBlock) == [100, 5])
    }

    /// What lies between the second reading and the gap can still be read a second time.
    @Test func theSecondReadingGoesOnBehindTheGapOnlyWhereItHasComeToIt() async throws {
        var cursor = bench.cursor
        cursor.nextBlock = 50
        cursor.secondBlock = 30
        _ = try await bench.store.ingest(IngestBatch(cursors: [cursor]), at: StoreBench.now)
        try await skip(50...99)
        #expect(try await bench.store.cursors().first?.secondBlock == 30)
        #expect(try await bench.store.cursors().first?.nextBlock == 100)
        try await skip(30...40)
        #expect(try await bench.store.cursors().first?.secondBlock == 41)
        #expect(try await bench.store.cursors().first?.nextBlock == 100)
        try await skip(10...20)
        #expect(try await bench.store.cursors().first?.secondBlock == 41)
        #expect(try gaps() == [10...20, 30...40, 50...99])
    }

    @Test func eachContractHasAGapOfItsOwn() async throws {
        try await skip(5...99, [bench.cursor, other])
        #expect(try gaps() == [5...99] && gaps(of: bench.account) == [5...99])
        #expect(try await bench.store.cursors().map(\.nextBlock) == [100, 100])
    }

    @Test func cutsALongReason() async throws {
        let reason = String(repeating: "é", count: 2_000)
        try await bench.store.skip(5...6, for: [bench.cursor], reason, at: StoreBench.now)
        let kept = try #require(try bench.overview().gaps.first).reason.utf8.count
        #expect((1_000...1_024).contains(kept))
    }

    // MARK: Filling

    @Test(
        arguments: [
            // Beside it.
            (0...9, [10...20]), (21...30, [10...20]), (0...0, [10...20]),
            // Left, right, inside.
            (0...10, [11...20]), (5...15, [16...20]), (10...19, [20...20]), (20...25, [10...19]), (11...20, [10...10]),
            (15...15, [10...14, 16...20]), (11...19, [10...10, 20...20]), (10...10, [11...20]),
            // Whole.
            (10...20, []), (0...100, []), (10...21, []), (9...20, []), (0...(.max), []), (10...(.max), []),
        ] as [(ClosedRange<UInt64>, [ClosedRange<UInt64>])]
    )
    func leavesWhatHasNotBeenRead(read: ClosedRange<UInt64>, left: [ClosedRange<UInt64>]) async throws {
        try await skip(10...20)
        try await fill(read, of: [bench.contract])
        #expect(try gaps() == left)
    }

    @Test(
        arguments: [
            (15...35, [10...14, 36...40]), (20...30, [10...19, 31...40]), (5...45, []), (10...35, [36...40]),
            (15...50, [10...14]), (21...29, [10...20, 30...40]),
        ] as [(ClosedRange<UInt64>, [ClosedRange<UInt64>])]
    )
    func fillsTwoGapsAtOnce(read: ClosedRange<UInt64>, left: [ClosedRange<UInt64>]) async throws {
        try await skip(10...20)
        try await skip(30...40)
        try await fill(read, of: [bench.contract])
        #expect(try gaps() == left)
    }

    @Test func fillsOnlyTheGapsOfTheContractsThatWereRead() async throws {
        try await skip(10...20, [bench.cursor, other])
        try await fill(12...14, of: [bench.account])
        #expect(try gaps() == [10...20] && gaps(of: bench.account) == [10...11, 15...20])
        try await fill(10...20, of: [bench.contract, bench.account])
        #expect(try bench.overview().gaps.isEmpty)
    }

    @Test func whatIsLeftKeepsItsReasonAndItsTime() async throws {
        try await skip(10...20)
        try await fill(15...15, of: [bench.contract])
        #expect(try bench.overview().gaps.map(\.reason) == ["too old", "too old"])
        #expect(try bench.overview().gaps.map(\.foundAt) == [StoreBench.now, StoreBench.now])
    }

    /// Against sets of blocks.
    @Test(arguments: 0..<8 as Range<UInt64>)
    func accountsForEachBlock(seed: UInt64) async throws {
        var chance = SeededGenerator(seed: seed)
        func range() -> ClosedRange<UInt64> {
            let first = UInt64(chance.below(40))
            return first...first + UInt64(chance.below(12))
        }
        var missing: Set<UInt64> = []
        for _ in 0..<12 {
            let range = range()
            if chance.oneIn(2) {
                try await skip(range)
                missing.formUnion(range)
            } else {
                try await fill(range, of: [bench.contract])
                missing.subtract(range)
            }
            #expect(Set(try gaps().flatMap { Array($0) }) == missing, "seed \(seed)")
        }
    }
}
