import Glibc
import Synchronization

/// The system's clock and timers.
package struct SystemTime: TimeSource {
    /// One for the process: whoever asks later is told no earlier time.
    private static let floor = Mutex(ClockFloor())

    package init() {}

    /// Goes on where somebody sets the system's clock back, and follows where it is set forward.
    package func now() -> Int64 {
        Self.floor.withLock { $0.time(wall: Self.read(CLOCK_REALTIME), steady: Self.read(CLOCK_MONOTONIC)) }
    }

    /// Goes by a clock that nobody sets: a wait keeps its length.
    ///
    /// The program's only sleep: whoever waits is given a `TimeSource`, and goes on when the time has come or it is woken.
    package func sleep(for duration: Duration) async throws {
        try await Task.sleep(for: duration)
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
