import RelayCore
import RelayTestSupport
import Testing

@Suite struct LogRangePlannerTests {
    @Test func takesTheWholeWindow() {
        let planner = LogRangePlanner(maximum: 100)
        #expect(planner.range(from: 0, head: 1_000) == 0...99)
        #expect(planner.range(from: 950, head: 1_000) == 950...1_000)
        #expect(planner.range(from: 1_000, head: 1_000) == 1_000...1_000)
        #expect(planner.range(from: 1_001, head: 1_000) == nil)
    }

    @Test("after a refusal it stays narrow for 16 answers, and doubles then")
    func halvesAndDoubles() {
        var planner = LogRangePlanner(maximum: 100)
        #expect(planner.refused(0...99) == .narrower)
        for _ in 0..<16 {
            #expect(planner.window == 50)
            planner.answered()
        }
        planner.answered()
        #expect(planner.window == 100)
        planner.answered()
        #expect(planner.window == 100)
    }

    @Test("where a node has a fixed limit few questions are in vain", arguments: [1, 7, 1_000, 1_999] as [UInt64])
    func fixedLimit(limit: UInt64) {
        var planner = LogRangePlanner(maximum: 2_000)
        var (asked, refused) = (0, 0)
        var next: UInt64 = 0
        while asked < 1_000, let range = planner.range(from: next, head: .max - 1) {
            asked += 1
            if range.upperBound - range.lowerBound >= limit {
                refused += 1
                _ = planner.refused(range)
            } else {
                planner.answered()
                next = range.upperBound + 1
            }
        }
        #expect(refused <= asked / 12, "\(refused) of \(asked) in vain")
    }

    @Test func reachesAnOddMaximumAgain() {
        var planner = LogRangePlanner(maximum: 3)
        #expect(planner.refused(0...1) == .narrower)
        #expect(planner.window == 1)
        for _ in 0..<18 { planner.answered() }
        #expect(planner.window == 3)
    }

    @Test(arguments: [(UInt64(10), UInt64(10)), (0, 1), (1_000_000, 50)])
    func takesTheNodesHintButNoMoreThanHalf(hint: UInt64, window: UInt64) {
        var planner = LogRangePlanner(maximum: 100)
        #expect(planner.refused(0...99, hint: hint) == .narrower)
        #expect(planner.window == window)
    }

    @Test func namesASingleBlockThatIsTooMuch() {
        var planner = LogRangePlanner(maximum: 100)
        #expect(planner.refused(5...5, hint: 1) == .singleBlock(5))
        #expect(LogRangePlanner(maximum: 0).range(from: 5, head: 9) == 5...5)
    }

    @Test func doesNotTrapAtTheEndOfNumbers() {
        var planner = LogRangePlanner(maximum: .max)
        #expect(planner.range(from: 0, head: .max) == 0...(UInt64.max - 1))
        #expect(planner.range(from: .max - 1, head: .max) == (UInt64.max - 1)...(.max))
        #expect(planner.range(from: .max, head: .max) == UInt64.max...(.max))
        #expect(planner.refused(0...(.max)) == .narrower)
        for _ in 0..<18 { planner.answered() }
        #expect(planner.window == .max)
    }

    /// Whatever a node refuses, each block is read once or named as too much: no loop, no hole.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func readsEachBlockOnce(seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        var planner = LogRangePlanner(maximum: UInt64(chance.within(1...64)))
        let head = UInt64(chance.within(0...500))
        let capacity = UInt64(chance.within(0...9))
        var next: UInt64 = 0
        var calls = 0
        while let range = planner.range(from: next, head: head) {
            calls += 1
            guard calls < 5_000 else {
                Issue.record("seed \(seed) loops at \(range)")
                return
            }
            #expect(range.lowerBound == next && range.upperBound <= head, "seed \(seed)")
            let size = range.upperBound - range.lowerBound + 1
            if size > capacity {
                let hint = chance.oneIn(3) ? UInt64(chance.below(100)) : nil
                guard case .singleBlock(let block) = planner.refused(range, hint: hint) else { continue }
                #expect(size == 1 && block == next, "seed \(seed)")
            } else {
                planner.answered()
            }
            next = range.upperBound + 1
        }
        #expect(next == head + 1, "seed \(seed)")
    }
}
