import RelayCore
import RelayTestSupport
import Testing

@Suite struct JobSequenceTests {
    @Test func hasNoHoleWhereAllAreKnown() {
        var sequence = JobSequence(first: 1)
        #expect(sequence.hole(count: 0, known: []) == nil)
        #expect(sequence.hole(count: 3, known: [1, 2, 3]) == nil)
        #expect(sequence.next == 4)
    }

    @Test func findsTheLowestHoleUntilItIsFilled() {
        var sequence = JobSequence(first: 1)
        #expect(sequence.hole(count: 5, known: [1, 4]) == 2)
        #expect(sequence.hole(count: 5, known: [1, 4]) == 2)
        sequence.fill(2)
        #expect(sequence.hole(count: 5, known: [1, 4]) == 3)
        sequence.fill(3)
        #expect(sequence.hole(count: 5, known: [1, 4]) == 5)
        #expect(sequence.hole(count: 5, known: [1, 4, 5]) == nil)
    }

    @Test func looksNoFurtherThanTheCount() {
        var sequence = JobSequence(first: 7)
        #expect(sequence.hole(count: 6, known: []) == nil)
        #expect(sequence.hole(count: 7, known: []) == 7)
    }

    @Test func goesOnBehindAHoleThatStays() {
        var sequence = JobSequence(first: 1)
        _ = sequence.hole(count: 3, known: [1])
        sequence.giveUp(2)
        #expect(sequence.missing == [2])
        #expect(sequence.hole(count: 3, known: [1]) == 3)
    }

    @Test func whatComesToLightIsMissingNoMore() {
        var sequence = JobSequence(first: 1)
        sequence.giveUp(1)
        sequence.giveUp(2)
        sequence.fill(1)
        #expect(sequence.missing == [2])
        _ = sequence.hole(count: 2, known: [2])
        #expect(sequence.missing.isEmpty && sequence.next == 3)
    }

    @Test func anIdThatIsNotNextMovesNothing() {
        var sequence = JobSequence(first: 5)
        sequence.fill(9)
        sequence.fill(2)
        #expect(sequence.next == 5)
    }

    @Test func remembersNoMoreThanItsLimit() {
        var sequence = JobSequence(first: 1)
        for id in 1...UInt64(JobSequence.limit) + 500 {
            #expect(sequence.hole(count: .max, known: []) == id)
            sequence.giveUp(id)
        }
        #expect(sequence.missing.count == JobSequence.limit)
    }

    /// A contract chooses its ids.
    @Test func doesNotTrapAtTheEndOfNumbers() {
        var sequence = JobSequence(first: .max - 1)
        #expect(sequence.hole(count: .max, known: []) == UInt64.max - 1)
        #expect(sequence.hole(count: .max, known: [UInt64.max - 1, .max]) == nil)
        sequence.fill(.max)
        sequence.giveUp(.max)
        #expect(sequence.hole(count: .max, known: []) == nil)
        #expect(sequence.next == .max)
    }

    /// Each id up to the count is known, filled or given up, once each.
    @Test(arguments: 0..<100 as Range<UInt64>)
    func accountsForEachIdOnce(seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        let count = UInt64(chance.below(60))
        var sequence = JobSequence(first: 1)
        let known = Set((1...max(count, 1)).filter { _ in chance.oneIn(2) })
        var asked: [UInt64] = []
        while let id = sequence.hole(count: count, known: known) {
            asked.append(id)
            if chance.oneIn(2) { sequence.fill(id) } else { sequence.giveUp(id) }
            guard asked.count <= 60 else { break }
        }
        #expect(asked == (1..<count + 1).filter { !known.contains($0) }, "seed \(seed)")
    }
}
