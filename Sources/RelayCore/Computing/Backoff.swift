/// How long to wait after the n-th failure in a row: doubling from `first` to `limit`.
///
/// Without chance in it: what a machine decides must be the same in a replay. Spreading requests over time is not
/// needed either, since one process asks for all of them.
package struct Backoff: Equatable, Sendable {
    /// A server that wants to be left alone for longer is asked all the same.
    package static let longestRetryAfter: Duration = .seconds(600)

    package let first: Duration
    package let limit: Duration

    package init(first: Duration, limit: Duration) {
        self.first = first
        self.limit = limit
    }

    /// The wait after so many failures in a row (1 for the first).
    package func delay(after failures: Int) -> Duration {
        var delay = min(first, limit)
        // Doubled one by one: no product can be larger than twice the limit.
        for _ in 1..<min(max(1, failures), 64) where delay < limit { delay = min(delay * 2, limit) }
        return delay
    }
}
