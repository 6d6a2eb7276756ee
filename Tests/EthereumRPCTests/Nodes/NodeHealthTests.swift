import RelayTestSupport
import Testing

@testable import EthereumRPC

/// Health is private to the module.
struct NodeHealthTests {
    private func fail(_ health: inout NodeHealth, at now: Int64, retryAfter: Duration? = nil) {
        health.failed(at: now, retryAfter: retryAfter, isChanged: false)
    }

    @Test
    func waitsLongerFromFailureToFailureUntilAnAnswer() {
        var health = NodeHealth()
        var waits: [Int64] = []
        for _ in 0..<9 {
            fail(&health, at: 1000)
            waits.append(health.opensAt - 1000)
        }
        #expect(waits == [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
        #expect(health.rank(at: 30_999) == 3)
        health.answered(at: 1001)
        #expect(health.failures == 0)
        #expect(health.rank(at: 1001) != 3)
    }

    @Test(
        arguments: [
            (.seconds(7), 7000), (.seconds(-7), 500), (.seconds(1 << 40), 600_000), (.milliseconds(20), 500),
        ] as [(Duration, Int64)]
    )
    func leavesANodeAloneForAsLongAsItAsksWithinBounds(retryAfter: Duration, wait: Int64) {
        var health = NodeHealth()
        fail(&health, at: 1000, retryAfter: retryAfter)
        #expect(health.opensAt == 1000 + wait)
    }

    @Test
    func aNodeThatOftenFailsComesBehindOthersUntilThatIsPast() {
        var health = NodeHealth()
        for _ in 0..<6 { fail(&health, at: 0) }
        let later = health.opensAt
        #expect(health.rank(at: later) == 1)
        // Nobody asks it meanwhile, so that it could not show itself better.
        #expect(health.rank(at: later + NodeHealth.forgivingTime) == 0)
        health.answered(at: later)
        #expect(health.rank(at: later) == 0)
    }

    @Test
    func oneFailureAmongManyAnswersIsForgiven() {
        var health = NodeHealth()
        for now in 0..<100 as Range<Int64> {
            if now % 3 == 0 { fail(&health, at: now) } else { health.answered(at: now) }
        }
        health.answered(at: 100)
        #expect(health.rank(at: 100) == 0)
        #expect(health.errorRate(at: 100) > 100)
    }

    @Test
    func ranksLagBehindErrorsAndBeforePauses() {
        var health = NodeHealth()
        health.isBehind(at: 0)
        #expect(health.rank(at: 0) == 2)
        fail(&health, at: 0)
        #expect(health.rank(at: 0) == 3)
        #expect(health.rank(at: NodeHealth.behindTime - 1) == 2)
        #expect(health.rank(at: NodeHealth.behindTime) == 0)
    }

    @Test
    func anExpelledNodeIsNotAskedForAWhileAndThenVerified() {
        var health = NodeHealth()
        health.verified(at: 0)
        health.expelled("another chain", at: 0)
        #expect(health.rank(at: NodeHealth.expulsionTime - 1) == nil)
        #expect(health.rank(at: NodeHealth.expulsionTime) == 0)
        #expect(!health.isVerified(at: 0))
        health.verified(at: 0)
        #expect(health.expulsion == nil)
    }

    /// Only what may have put another node in its place.
    @Test
    func isVerifiedAgainAfterSomeFailures() {
        var health = NodeHealth()
        health.verified(at: 0)
        fail(&health, at: 0)
        #expect(health.isVerified(at: 0))
        health.failed(at: 0, retryAfter: nil, isChanged: true)
        #expect(!health.isVerified(at: 0))
    }

    @Test
    func isVerifiedForTenMinutes() {
        var health = NodeHealth()
        #expect(!health.isVerified(at: 0))
        health.verified(at: 0)
        #expect(health.isVerified(at: NodeHealth.verificationTime - 1))
        #expect(!health.isVerified(at: NodeHealth.verificationTime))
        // A clock that was set back is no reason.
        #expect(health.isVerified(at: -1))
    }

    @Test
    func oneThatIsPreferredFromNowOnIsVerifiedUnlessThatHasJustBeenDone() {
        var health = NodeHealth()
        health.verified(at: 0)
        health.isPreferred(at: NodeHealth.freshTime - 1)
        #expect(health.isVerified(at: NodeHealth.freshTime))
        health.isPreferred(at: NodeHealth.freshTime)
        #expect(!health.isVerified(at: NodeHealth.freshTime))
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func bearsAnyOrderOfEvents(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var health = NodeHealth()
        let times: [Int64] = [.min, -1, 0, 1, 60_000, 1 << 50, .max]
        for _ in 0..<500 {
            let now = times.randomElement(using: &generator) ?? 0
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: health.answered(at: now)
            case 1: fail(&health, at: now, retryAfter: .seconds(Int64.max / 2))
            case 2: health.expelled("x", at: now)
            case 3: health.isBehind(at: now)
            case 4: health.isPreferred(at: now)
            default: health.verified(at: now)
            }
            _ = health.isVerified(at: times.randomElement(using: &generator) ?? 0)
            _ = health.rank(at: times.randomElement(using: &generator) ?? 0)
            #expect((0...1000).contains(health.errorRate(at: now)))
        }
    }
}
