import Glibc

/// The system's clock and timers.
package struct SystemTime: TimeSource {
    package init() {}

    /// May go backwards, where somebody sets the system's clock.
    package func now() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Goes by a clock that nobody sets: a wait keeps its length.
    package func sleep(for duration: Duration) async throws {
        try await Task.sleep(for: duration)
    }
}
