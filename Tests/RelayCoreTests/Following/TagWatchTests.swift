import Ethereum
import RelayCore
import Testing

@Suite struct TagWatchTests {
    private func head(at seconds: UInt64, _ number: UInt64 = 1_000) -> BlockHeader {
        ChainSample.head(number, timestamp: seconds)
    }

    @Test func goesByATagThatMoves() {
        var watch = TagWatch()
        for (number, seconds) in [(5, 100), (6, 5_000), (7, 8_000)] as [(UInt64, UInt64)] {
            #expect(watch.told(number, head: head(at: seconds)) == number)
            #expect(watch.trouble == nil)
        }
    }

    /// Block 0 is named by nodes that know of none.
    @Test(arguments: [nil, 0] as [UInt64?])
    func whatIsMissingOrZeroIsNoAnswer(told: UInt64?) {
        var watch = TagWatch()
        #expect(watch.told(told, head: head(at: 100)) == nil)
        #expect(watch.trouble == .missing)
        #expect(watch.told(3, head: head(at: 112)) == 3)
        #expect(watch.trouble == nil)
        #expect(watch.told(told, head: head(at: 124)) == nil)
        #expect(watch.trouble == .missing)
    }

    @Test func isStuckAfterItsPatience() {
        var watch = TagWatch()
        _ = watch.told(5, head: head(at: 100))
        #expect(watch.told(5, head: head(at: 99 + TagWatch.patience)) == 5)
        #expect(watch.told(5, head: head(at: 100 + TagWatch.patience)) == nil)
        #expect(watch.trouble == .stuck(3_600))
        #expect(watch.told(5, head: head(at: 200 + TagWatch.patience)) == nil)
        #expect(watch.trouble == .stuck(3_700))
    }

    @Test func goesOnWhenItMovesAgain() {
        var watch = TagWatch()
        _ = watch.told(5, head: head(at: 100))
        _ = watch.told(5, head: head(at: 10_000))
        #expect(watch.trouble != nil)
        #expect(watch.told(6, head: head(at: 10_012)) == 6)
        #expect(watch.trouble == nil)
        #expect(watch.told(6, head: head(at: 10_011 + TagWatch.patience)) == 6)
    }

    /// A node that lags names an earlier one: what was final stays so, and does not count as moving.
    @Test func doesNotGoBackwards() {
        var watch = TagWatch()
        _ = watch.told(9, head: head(at: 100))
        #expect(watch.told(5, head: head(at: 1_000)) == 9)
        #expect(watch.told(8, head: head(at: 2_000)) == 9)
        #expect(watch.told(8, head: head(at: 100 + TagWatch.patience)) == nil)
        #expect(watch.trouble == .stuck(3_600))
    }

    /// It was told by another node than the head was, and would be kept for ever.
    @Test func takesNoTagAboveTheHead() {
        var watch = TagWatch()
        #expect(watch.told(1_001, head: head(at: 100)) == nil)
        #expect(watch.trouble == nil)
        #expect(watch.told(5, head: head(at: 112)) == 5)
        #expect(watch.told(1_001, head: head(at: 124)) == 5)
        #expect(watch.trouble == nil)
        #expect(watch.told(1_000, head: head(at: 136)) == 1_000)
        // Nor does it count as moving.
        #expect(watch.told(1_001, head: head(at: 136 + TagWatch.patience)) == nil)
        #expect(watch.trouble == .stuck(3_600))
    }

    /// A pause without an answer does not make it young again.
    @Test func countsOnWhileItIsMissing() {
        var watch = TagWatch()
        _ = watch.told(5, head: head(at: 100))
        _ = watch.told(nil, head: head(at: 2_000))
        #expect(watch.told(5, head: head(at: 100 + TagWatch.patience)) == nil)
    }

    @Test func bearsTimesThatGoBackwardsOrAreHuge() {
        var watch = TagWatch()
        #expect(watch.told(5, head: head(at: .max)) == 5)
        #expect(watch.told(5, head: head(at: 0)) == 5)
        #expect(watch.told(.max, head: head(at: 0, .max)) == .max)
        #expect(watch.told(.max, head: head(at: .max, .max)) == nil)
        #expect(watch.trouble == .stuck(.max))
    }

    @Test func saysWhatIsWrong() {
        #expect(TagWatch.Trouble.missing.description == "the node does not say which block it is")
        #expect(TagWatch.Trouble.stuck(3_700).description == "it has not moved for 3700 s")
    }
}
