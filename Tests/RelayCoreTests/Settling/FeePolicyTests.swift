import Ethereum
import RelayCore
import RelayTestSupport
import Testing

@Suite struct FeePolicyTests {
    private func wei(_ number: UInt64) -> UInt256 { UInt256(number) }

    private func fees(_ maximum: UInt64, _ tip: UInt64) -> Fees {
        Fees(maxFeePerGas: wei(maximum), maxPriorityFeePerGas: wei(tip))
    }

    private func market(_ base: UInt64, _ tip: UInt64) -> FeeMarket {
        FeeMarket(baseFeePerGas: wei(base), priorityFeePerGas: wei(tip))
    }

    @Test func offersTwiceTheBaseFeeAndTheTip() {
        #expect(FeePolicy().fees(for: market(100, 7)) == fees(207, 7))
        #expect(FeePolicy().fees(for: market(0, 0)) == fees(0, 0))
    }

    @Test func offersAtLeastTheLeastTip() {
        #expect(FeePolicy(minPriorityFeePerGas: wei(10)).fees(for: market(100, 7)) == fees(210, 10))
    }

    @Test func neverPassesTheCap() {
        #expect(FeePolicy(maxFeePerGas: wei(150)).fees(for: market(100, 7)) == fees(150, 7))
        #expect(FeePolicy(maxFeePerGas: wei(107)).fees(for: market(100, 7)) == fees(107, 7))
        #expect(FeePolicy(maxFeePerGas: wei(106)).fees(for: market(100, 7)) == nil)
    }

    /// Each row: old fee and tip, base fee and tip of the market, expected fee and tip.
    @Test(
        arguments: [
            // An eighth more, rounded up.
            [800, 80, 100, 1, 900, 90], [801, 81, 100, 1, 902, 92], [807, 87, 0, 0, 908, 98], [7, 1, 0, 0, 8, 2],
            [0, 0, 0, 0, 1, 1],
            // The market where it asks for more.
            [800, 80, 1_000, 1, 2_090, 90], [800, 80, 100, 500, 900, 500], [800, 80, 400, 500, 1_300, 500],
            [100, 10, 1, 5_000, 5_002, 5_000],
        ] as [[UInt64]]
    )
    func raisesByAnEighthOrToTheMarket(row: [UInt64]) {
        let bumped = FeePolicy().bumped(fees(row[0], row[1]), for: market(row[2], row[3]))
        #expect(bumped == fees(row[4], row[5]))
    }

    @Test func raisesNoHigherThanTheCap() {
        let old = fees(800, 80)
        #expect(FeePolicy(maxFeePerGas: wei(899)).bumped(old, for: market(100, 1)) == nil)
        #expect(FeePolicy(maxFeePerGas: wei(900)).bumped(old, for: market(100, 1)) == fees(900, 90))
        #expect(FeePolicy(maxFeePerGas: wei(1_000)).bumped(old, for: market(5_000, 1)) == fees(1_000, 90))
        // A tip that the node suggests must not stand in the way of a raise that fits.
        #expect(FeePolicy(maxFeePerGas: wei(1_000)).bumped(old, for: market(100, 5_000)) == fees(1_000, 1_000))
    }

    /// Pools compare both fees; 12.5 % more than each, in whole numbers: `new * 8 >= old * 9`.
    @Test(arguments: 0..<500 as Range<UInt64>)
    func alwaysRaisesBothEnough(seed: UInt64) throws {
        var chance = SeededGenerator(seed: seed)
        func any() -> UInt64 { chance.next() >> UInt64(chance.within(6...63)) }
        let tip = any()
        let old = fees(tip + any(), tip)
        let cap = chance.oneIn(2) ? wei(any()) : nil
        let policy = FeePolicy(maxFeePerGas: cap, minPriorityFeePerGas: wei(any() >> 20))
        guard let new = policy.bumped(old, for: market(any(), any())) else { return }
        let (eight, nine) = (wei(8), wei(9))
        #expect(new.maxFeePerGas.multipliedSaturating(by: eight) >= old.maxFeePerGas.multipliedSaturating(by: nine))
        #expect(
            new.maxPriorityFeePerGas.multipliedSaturating(by: eight)
                >= old.maxPriorityFeePerGas.multipliedSaturating(by: nine)
        )
        #expect(new.maxPriorityFeePerGas <= new.maxFeePerGas, "seed \(seed)")
        if let cap { #expect(new.maxFeePerGas <= cap, "seed \(seed)") }
    }

    @Test func doesNotTrapOnHostileQuotes() {
        let hostile = FeeMarket(baseFeePerGas: .max, priorityFeePerGas: .max)
        #expect(FeePolicy().fees(for: hostile) == Fees(maxFeePerGas: .max, maxPriorityFeePerGas: .max))
        #expect(FeePolicy(maxFeePerGas: wei(10)).fees(for: hostile) == nil)
        let most = Fees(maxFeePerGas: .max, maxPriorityFeePerGas: .max)
        #expect(FeePolicy().bumped(most, for: hostile) == nil)
        #expect(most.cost(gasLimit: .max) == .max)
        #expect(fees(3, 1).cost(gasLimit: 21_000) == wei(63_000))
    }
}
