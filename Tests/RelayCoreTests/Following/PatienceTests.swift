import RelayCore
import Testing

@Suite
struct PatienceTests {
    private static func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1_000) }

    @Test("time alone ends no patience: a clock may have jumped")
    func timeAlone() {
        var patience = Patience()
        let over = [0, 1_000_000, 1_000_001].map { patience.isOver(after: .seconds(10), at: Self.at($0)) }
        #expect(over == [false, false, true])
    }

    @Test("looks alone end none: a burst of them takes no time")
    func looksAlone() {
        var patience = Patience()
        let over = (0..<100).map { _ in patience.isOver(after: .seconds(10), at: Self.at(5)) }
        #expect(!over.contains(true))
        let later = patience.isOver(after: .seconds(10), at: Self.at(15))
        #expect(later)
    }

    @Test("what is over begins anew, and so it does where the clock goes back")
    func beginsAnew() {
        var patience = Patience()
        for second in 0..<3 { _ = patience.isOver(after: .seconds(10), at: Self.at(Int64(second))) }
        patience.end()
        let over = [20, 4, 5, 6].map { patience.isOver(after: .seconds(2), at: Self.at($0)) }
        #expect(over == [false, false, false, true])
    }
}
