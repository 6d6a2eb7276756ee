import Synchronization
import Transport

/// A clock that only a test moves, so that minutes of back-off pass in no time and always the same way.
///
///     sleep(for: 5 s) ──▶ sleepers ──advance(by: 5 s)──▶ woken, earliest deadline first
///
/// `advance` is for a test that knows who sleeps; `run(until:)` is for a whole program, whose sleepers come and go.
package final class ManualTime: TimeSource {
    private let state: Mutex<Sleepers>

    /// How long, in real time, nothing may happen while the clock is held: no commit takes so long.
    let holdLimit: Duration

    /// Starts at `now`, milliseconds since 1970.
    package init(now: Int64 = 1_700_000_000_000, holdLimit: Duration = .seconds(60)) {
        state = Mutex(Sleepers(now: now))
        self.holdLimit = holdLimit
    }

    package func now() -> Int64 {
        state.withLock { state in
            state.activity &+= 1
            return state.now.addingSaturated(state.skew)
        }
    }

    /// The host's clock is set anew, forwards or backwards: nobody sleeps longer or shorter for it.
    package func setClock(by duration: Duration) {
        state.withLock { state in
            state.activity &+= 1
            state.skew += duration.components.seconds * 1_000
        }
    }

    package func sleep(for duration: Duration) async throws {
        let id = state.withLock { $0.newID() }
        defer { state.withLock { $0.forget(id) } }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                state.withLock { $0.add(id, for: duration.roundedUpToMilliseconds, continuation) }.resume()
            }
        } onCancel: {
            state.withLock { $0.cancel(id) }.resume()
        }
    }

    /// Moves the clock and wakes everybody whose time has come, earliest deadline first.
    ///
    /// It does not wait for what they do then: whoever sleeps again counts from the new time.
    package func advance(by duration: Duration) {
        state.withLock { $0.advance(to: $0.now.addingSaturated(duration.roundedUpToMilliseconds)) }.resume()
    }

    /// Moves the clock to the next deadline and wakes those who wait for it; false when nobody sleeps.
    @discardableResult
    package func advanceToNextSleeper() -> Bool {
        guard let woken = state.withLock({ $0.advanceToNext(notAfter: .max) }) else { return false }
        woken.resume()
        return true
    }

    /// How many sleep now.
    package var sleeperCount: Int { state.withLock { $0.sleeping.count } }

    /// When they wake, earliest first, milliseconds since 1970.
    package var deadlines: [Int64] { state.withLock { $0.sleeping.map(\.deadline).sorted() } }

    /// Waits until at least `count` sleep, which tells that those under test have done what they had to do.
    package func waitForSleepers(_ count: Int = 1) async throws {
        let id = state.withLock { $0.newID() }
        defer { state.withLock { $0.forget(id) } }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                state.withLock { $0.addWatcher(id, of: count, continuation) }.resume()
            }
        } onCancel: {
            state.withLock { $0.cancel(id) }.resume()
        }
    }

    /// Says that something happened, so that `run(until:)` does not take the program for idle; fakes call it.
    package func noteActivity() {
        state.withLock { $0.activity &+= 1 }
    }

    /// Stops the clock of `run(until:)` until `release()`: something is under way that takes real time, a commit for one.
    package func hold() {
        state.withLock { state in
            state.activity &+= 1
            state.holds += 1
        }
    }

    package func release() {
        state.withLock { state in
            state.activity &+= 1
            state.holds -= 1
        }
    }

    var isHeld: Bool { state.withLock { $0.holds > 0 } }

    /// A number that changes with each reading, sleep, wake-up and noted activity.
    var activity: UInt64 { state.withLock { $0.activity } }

    func advanceToNextSleeper(notAfter end: Int64) -> Bool {
        guard let woken = state.withLock({ $0.advanceToNext(notAfter: end) }) else { return false }
        woken.resume()
        return true
    }

    /// The time, unlike `now()` without a trace in `activity`.
    var current: Int64 { state.withLock { $0.now } }
}
