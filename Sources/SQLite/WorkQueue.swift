internal import Dispatch
internal import Synchronization

/// Work from Swift tasks that threads take in turn.
final class WorkQueue: Sendable {
    private struct State {
        var waiting: [any Work] = []
        var sleepers = 0
        var closed = false
    }

    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)

    /// Whether it was accepted: not so after `close`.
    func submit(_ work: any Work) -> Bool {
        let (accepted, sleeping) = state.withLock { state in
            if state.closed { return (false, false) }
            state.waiting.append(work)
            let sleeping = state.sleepers > 0
            if sleeping { state.sleepers -= 1 }
            return (true, sleeping)
        }
        if sleeping { wake.signal() }
        return accepted
    }

    /// What waits now, at most `limit`, in order; blocks the thread while there is nothing.
    ///
    /// Nil once closed and empty.
    func take(atMost limit: Int) -> [any Work]? {
        while true {
            let taken: [any Work]?? = state.withLock { state in
                if !state.waiting.isEmpty { return Self.takeFirst(limit, of: &state.waiting) }
                if state.closed { return .some(nil) }
                state.sleepers += 1
                return nil
            }
            if let taken { return taken }
            wake.wait()
        }
    }

    private static func takeFirst(_ limit: Int, of waiting: inout [any Work]) -> [any Work] {
        let taken = Array(waiting.prefix(limit))
        waiting.removeFirst(taken.count)
        return taken
    }

    /// How much waits.
    var count: Int { state.withLock { $0.waiting.count } }

    /// Accepts nothing more; what was accepted is still handed out.
    func close() {
        let sleepers = state.withLock { state in
            state.closed = true
            defer { state.sleepers = 0 }
            return state.sleepers
        }
        for _ in 0..<sleepers { wake.signal() }
    }
}
