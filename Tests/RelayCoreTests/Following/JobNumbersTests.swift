import RelayCore
import Testing

@Suite struct JobNumbersTests {
    private typealias Hole = JobNumbers.Hole

    @Test func countsFromTheFirstThatIsKnown() {
        var numbers = JobNumbers()
        #expect(numbers.hole(in: [:]) == nil && numbers.last == nil)
        #expect(numbers.hole(in: [7: 100, 8: 100, 9: 130]) == nil)
        #expect(numbers.last == 9 && numbers.block == 130 && numbers.count == 0 && numbers.blocks == nil)
        // The newest has no neighbour above it.
        #expect(numbers.hole(in: [9: 130]) == nil)
    }

    @Test func findsWhatLiesBetweenTwoNeighbours() {
        var numbers = JobNumbers()
        let known: [UInt64: UInt64] = [0: 10, 1: 20, 4: 50, 5: 60, 9: 70]
        let first = Hole(ids: 2...3, blocks: 20...50)
        #expect(numbers.hole(in: known) == first)
        #expect(numbers.hole(in: known) == first)
        numbers.close(first, found: [2, 3])
        let second = Hole(ids: 6...8, blocks: 60...70)
        #expect(numbers.hole(in: known) == second && numbers.count == 0)
        numbers.close(second, found: [7])
        #expect(numbers.hole(in: known) == nil && numbers.last == 9)
        #expect(numbers.missing == [Hole(ids: 6...6, blocks: 60...70), Hole(ids: 8...8, blocks: 60...70)])
        #expect(numbers.count == 2 && numbers.blocks == 60...70)
    }

    @Test func forgetsWhatIsFoundLater() {
        var numbers = JobNumbers()
        _ = numbers.hole(in: [1: 1])
        let hole = Hole(ids: 2...6, blocks: 1...9)
        #expect(numbers.hole(in: [1: 1, 7: 9]) == hole)
        numbers.close(hole, found: [])
        numbers.fill([4])
        #expect(numbers.missing.map(\.ids) == [2...3, 5...6])
        // Read again later.
        numbers.close(Hole(ids: 2...3, blocks: 1...9), found: [2])
        numbers.fill([6, 100])
        #expect(numbers.missing.map(\.ids) == [3...3, 5...5])
        numbers.fill([3, 5])
        #expect(numbers.missing.isEmpty && numbers.last == 6)
    }

    @Test func standsNumbersOfAContractThatChoosesThem() {
        var numbers = JobNumbers()
        let known: [UInt64: UInt64] = [0: 5, .max: 3]
        let hole = Hole(ids: 1...UInt64.max - 1, blocks: 3...5)
        #expect(numbers.hole(in: known) == hole)
        numbers.close(hole, found: [])
        #expect(numbers.hole(in: known) == nil && numbers.last == .max)
        #expect(numbers.count == Int(Int32.max) + 1)
        numbers.fill([.max - 1, 1])
        #expect(numbers.missing.map(\.ids) == [2...UInt64.max - 2])
        var many = JobNumbers()
        let even = Dictionary(uniqueKeysWithValues: (0..<UInt64(1_200)).map { ($0 * 2, $0) })
        while let hole = many.hole(in: even) { many.close(hole, found: []) }
        #expect(many.missing.count == JobNumbers.limit && many.last == 2_398)
        // The last ones are told as one: nothing is hidden.
        #expect(many.missing.last == Hole(ids: 1_999...2_397, blocks: 999...1_199))
        var wide = JobNumbers()
        _ = wide.hole(in: [0: 0])
        wide.close(Hole(ids: 1...100_000, blocks: 0...1), found: Set((1...50_000).map { $0 * 2 }))
        #expect(wide.missing.count == JobNumbers.limit && wide.missing.last?.ids.upperBound == 99_999)
    }
}
