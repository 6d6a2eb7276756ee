import RelayCore
import Testing

@testable import Relay  // Its own concern, and small enough to be tried alone.

struct NodeGateTests {
    private let gate = NodeGate(backoff: Backoff(first: .seconds(1), limit: .seconds(30)))

    private func time(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1_000) }

    @Test func isOpenUntilAnythingFails() {
        #expect(gate.room(at: time(0)) == .max && gate.opens(after: time(0)) == nil)
        gate.started()
        gate.passed()
        #expect(gate.room(at: time(0)) == .max)
    }

    @Test func letsOneGoFirstAndTheOthersWhenItHasComeThrough() {
        #expect(gate.failed(at: time(10), retryAfter: nil) == time(11))
        #expect(gate.room(at: time(10)) == 0 && gate.opens(after: time(10)) == time(11))
        #expect(gate.opens(after: time(11)) == nil)
        #expect(gate.room(at: time(11)) == 1)
        gate.started()
        #expect(gate.room(at: time(12)) == 0)
        #expect(gate.failed(at: time(12), retryAfter: nil) == time(14))
        gate.ended()
        #expect(gate.room(at: time(14)) == 1)
        gate.started()
        gate.passed()
        #expect(gate.room(at: time(14)) == .max)
    }

    /// One that found nothing to ask leaves the question to the next.
    @Test func letsAnotherGoWhenOneCameBackWithoutAnAnswer() {
        _ = gate.failed(at: time(10), retryAfter: nil)
        gate.started()
        gate.ended()
        #expect(gate.room(at: time(11)) == 1)
    }

    @Test func countsThoseThatFailTogetherAsOne() {
        for _ in 0..<64 { #expect(gate.failed(at: time(10), retryAfter: nil) == time(11)) }
    }

    @Test(arguments: [(5, 5), (600, 600), (86_400, 600)] as [(Int64, Int64)])
    func waitsAsLongAsTheNodeAsksAndNoLongerThanTenMinutes(asked: Int64, waited: Int64) {
        #expect(gate.failed(at: time(10), retryAfter: .seconds(asked)) == time(10 + waited))
    }
}
