import RelayCore
import Testing

@Suite struct BackoffTests {
    private let backoff = Backoff(first: .milliseconds(500), limit: .seconds(30))

    @Test(
        arguments: [
            (1, 500), (2, 1_000), (3, 2_000), (6, 16_000), (7, 30_000), (8, 30_000), (1_000_000, 30_000),
            (Int.max, 30_000),
            (0, 500), (-3, 500), (Int.min, 500),
        ] as [(Int, Int64)]
    )
    func doublesUpToTheLimit(failures: Int, milliseconds: Int64) {
        #expect(backoff.delay(after: failures) == .milliseconds(milliseconds))
    }

    @Test func neverWaitsLongerThanTheLimit() {
        #expect(Backoff(first: .seconds(60), limit: .seconds(30)).delay(after: 1) == .seconds(30))
        let endless = Backoff(first: .seconds(Int64.max / 2), limit: .seconds(Int64.max))
        #expect(endless.delay(after: 40) == .seconds(Int64.max))
        #expect(Backoff(first: .zero, limit: .seconds(1)).delay(after: Int.max) == .zero)
    }
}
