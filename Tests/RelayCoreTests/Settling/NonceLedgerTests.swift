import RelayCore
import Testing

@Suite struct NonceLedgerTests {
    @Test func countsUpWithoutGaps() {
        var ledger = NonceLedger(highestStored: nil, chainCount: 5)
        #expect((0..<3).map { _ in ledger.take() } == [5, 6, 7])
        #expect(ledger.next == 8)
    }

    @Test(
        arguments: [
            // A node that lags behind what is stored lowers nothing; the chain's count raises it.
            (nil, 0, 0), (9, 0, 10), (9, 10, 10), (9, 11, 11), (UInt64.max, 0, UInt64.max), (nil, .max, .max),
        ] as [(UInt64?, UInt64, UInt64)]
    )
    func beginsAboveBoth(highest: UInt64?, count: UInt64, next: UInt64) {
        #expect(NonceLedger(highestStored: highest, chainCount: count).next == next)
    }

    @Test func doesNotTrapAtTheEndOfNumbers() {
        var ledger = NonceLedger(highestStored: .max, chainCount: .max)
        _ = ledger.take()
        #expect(ledger.take() == .max)
    }
}
