import RelayCore
import Testing

@Suite struct TimestampTests {
    private static let first = Timestamp(milliseconds: .min)

    @Test func addsAndSubtracts() {
        let time = Timestamp(milliseconds: 1_500)
        #expect(time + .milliseconds(250) == Timestamp(milliseconds: 1_750))
        #expect(time + .seconds(-2) == Timestamp(milliseconds: -500))
        #expect(time - Timestamp(milliseconds: 2_000) == .milliseconds(-500))
        #expect(Self.first < time && time < .distantFuture)
    }

    @Test func saturatesAtTheEndsOfTime() {
        #expect(Timestamp.distantFuture + .milliseconds(1) == .distantFuture)
        #expect(Self.first + .milliseconds(-1) == Self.first)
        #expect(Timestamp(milliseconds: 0) + .seconds(Int64.max) == .distantFuture)
        #expect(Timestamp(milliseconds: 0) + .seconds(Int64.min) == Self.first)
        #expect(Timestamp.distantFuture - Self.first == .milliseconds(Int64.max))
        #expect(Self.first - .distantFuture == .milliseconds(Int64.min))
    }

    @Test(
        arguments: [
            (Duration.microseconds(1_999), 1), (.microseconds(-1_999), -1), (.zero, 0),
            (.seconds(Int64.max), Int64.max),
            (.seconds(Int64.min), Int64.min), (.milliseconds(Int64.max), Int64.max),
        ] as [(Duration, Int64)]
    )
    func countsWholeMilliseconds(duration: Duration, milliseconds: Int64) {
        #expect(duration.wholeMilliseconds == milliseconds)
    }
}
