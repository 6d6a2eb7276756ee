internal import RelayCore
package import Transport

/// Keeps calls apart that are in no hurry: live work has the node first.
package struct CallPace: Sendable {
    private let apart: Duration
    private let time: any TimeSource
    private var last: Timestamp?

    /// - Parameters:
    ///   - perSecond: calls at most, from 1 to 1,000.
    ///   - time: the clock.
    package init(perSecond: Int, time: any TimeSource) {
        apart = .milliseconds(1_000 / max(1, min(1_000, perSecond)))
        self.time = time
    }

    /// Waits until the next call may be made.
    mutating func wait() async throws {
        let now = Timestamp(milliseconds: time.now())
        if let last, now >= last, now - last < apart { try await time.sleep(for: apart - (now - last)) }
        last = Timestamp(milliseconds: time.now())
    }
}
