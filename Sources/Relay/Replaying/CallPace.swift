internal import RelayCore
internal import Synchronization
package import Transport

/// Keeps calls apart that are in no hurry: live work has the node first.
///
/// One for all calls of a replay: whoever shares it shares its rate.
package final class CallPace: Sendable {
    private let apart: Duration
    private let time: any TimeSource
    /// When the next call may be made.
    private let next = Mutex<Timestamp?>(nil)

    /// A clock that was set back must not stop the calls until it is there again.
    private static let longestPause: Duration = .seconds(60)

    /// - Parameters:
    ///   - perSecond: calls at most, from 1 to 1,000.
    ///   - time: the clock.
    package init(perSecond: Int, time: any TimeSource) {
        apart = .milliseconds(1_000 / max(1, min(1_000, perSecond)))
        self.time = time
    }

    /// Waits until so many calls may be made, at once in one request.
    func wait(calls: Int = 1) async throws {
        let now = Timestamp(milliseconds: time.now())
        let due = next.withLock { next in
            var due = next ?? now
            if due < now || due - now > Self.longestPause { due = now }
            next = due + apart * calls
            return due
        }
        if due > now { try await time.sleep(for: due - now) }
    }
}
