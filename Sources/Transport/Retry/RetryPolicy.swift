/// How long to wait before a failed call is made again: exponential, with full jitter, and a ceiling.
///
/// This folder is pure: what waits and what logs is the caller.
package struct RetryPolicy: Sendable, Equatable {
    /// The longest wait after the first failure; it doubles with each further one.
    package var first: Duration
    /// No wait is longer, whatever the number of failures.
    package var ceiling: Duration
    /// A server's `Retry-After` is believed up to here.
    package var retryAfterCeiling: Duration

    package init(
        first: Duration = .milliseconds(250),
        ceiling: Duration = .seconds(30),
        retryAfterCeiling: Duration = RetryAfter.longest
    ) {
        self.first = first
        self.ceiling = ceiling
        self.retryAfterCeiling = retryAfterCeiling
    }

    /// The longest wait after so many failures in a row (1: the first).
    package func longestDelay(afterFailures failures: Int) -> Duration {
        // In milliseconds, each at most 2^31: 30 doublings overflow nothing and are beyond every ceiling.
        let doublings = min(max(failures, 1) - 1, 30)
        return .milliseconds(min(ceiling.wholeMilliseconds, first.wholeMilliseconds << doublings))
    }

    /// The wait: what the server asks for, else evenly distributed between zero and `longestDelay`, so that many
    /// clients do not come back at one moment.
    package func delay(
        afterFailures failures: Int,
        retryAfter: Duration? = nil,
        using generator: inout some RandomNumberGenerator
    ) -> Duration {
        if let retryAfter { return min(max(.zero, retryAfter), retryAfterCeiling) }
        let longest = longestDelay(afterFailures: failures).wholeMilliseconds
        return .milliseconds(Int.random(in: 0...longest, using: &generator))
    }
}

/// The waits of one call that fails again and again; a success begins anew.
package struct RetryDelays: Sendable, Equatable {
    package let policy: RetryPolicy
    /// Failures in a row.
    package private(set) var failures = 0

    package init(_ policy: RetryPolicy = RetryPolicy()) {
        self.policy = policy
    }

    /// Counts a failure; returns the wait before the next try.
    package mutating func next(
        retryAfter: Duration? = nil,
        using generator: inout some RandomNumberGenerator
    ) -> Duration {
        failures = min(failures + 1, 1 << 20)
        return policy.delay(afterFailures: failures, retryAfter: retryAfter, using: &generator)
    }

    /// As `next(retryAfter:using:)` with the system's random numbers.
    package mutating func next(retryAfter: Duration? = nil) -> Duration {
        var generator = SystemRandomNumberGenerator()
        return next(retryAfter: retryAfter, using: &generator)
    }

    /// Begins anew: to be called after a success.
    package mutating func reset() {
        failures = 0
    }
}
