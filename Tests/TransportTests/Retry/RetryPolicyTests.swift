import RelayTestSupport
import Testing
import Transport

struct RetryPolicyTests {
    private let policy = RetryPolicy(first: .milliseconds(100), ceiling: .seconds(5), retryAfterCeiling: .seconds(60))

    @Test(arguments: [
        (-1, 100), (0, 100), (1, 100), (2, 200), (3, 400), (6, 3200), (7, 5000), (100, 5000), (Int.max, 5000),
    ])
    func doublesUpToTheCeiling(failures: Int, milliseconds: Int) {
        #expect(policy.longestDelay(afterFailures: failures) == .milliseconds(milliseconds))
    }

    @Test
    func spreadsTheDelayOverTheWholeRange() {
        var generator = SeededGenerator(seed: 1)
        let delays = (0..<1000).map { _ in policy.delay(afterFailures: 3, using: &generator) }

        #expect(delays.allSatisfy { $0 >= .zero && $0 <= .milliseconds(400) })
        #expect(delays.contains { $0 < .milliseconds(20) } && delays.contains { $0 > .milliseconds(380) })
    }

    @Test(arguments: [(7, 7), (0, 0), (-5, 0), (3600, 60)])
    func believesTheServerWithinReason(asked: Int, waited: Int) {
        var generator = SeededGenerator(seed: 1)
        let delay = policy.delay(afterFailures: 1, retryAfter: .seconds(asked), using: &generator)
        #expect(delay == .seconds(waited))
    }

    @Test
    func beginsAnewAfterASuccess() {
        var generator = SeededGenerator(seed: 2)
        var delays = RetryDelays(policy)
        for _ in 0..<10 { _ = delays.next(using: &generator) }
        #expect(delays.failures == 10)

        delays.reset()
        let first = delays.next(using: &generator)

        #expect(delays.failures == 1)
        #expect(first <= .milliseconds(100))
    }

    @Test
    func survivesSillySettings() {
        var generator = SeededGenerator(seed: 3)
        for first in [Duration.zero, .seconds(-1), .seconds(Int64.max / 2), .nanoseconds(1)] {
            for ceiling in [Duration.zero, .seconds(-1), .seconds(Int64.max / 2)] {
                let policy = RetryPolicy(first: first, ceiling: ceiling)
                for failures in [0, 1, 31, 1000] {
                    #expect(policy.delay(afterFailures: failures, using: &generator) >= .zero)
                }
            }
        }
    }
}
