internal import Synchronization

/// Asks the services to take no new work and to end when what they have in hand is done.
package final class StopRequest: Sendable {
    private struct State {
        var requested = false
        var listeners: [Wakeup] = []
    }

    private let state = Mutex(State())

    package init() {}

    package var isRequested: Bool { state.withLock { $0.requested } }

    /// Wakes `wakeup` when the request comes, or at once when it has come.
    package func wake(_ wakeup: Wakeup) {
        let requested = state.withLock { state in
            state.listeners.append(wakeup)
            return state.requested
        }
        if requested { wakeup.signal() }
    }

    package func request() {
        let listeners = state.withLock { state in
            state.requested = true
            return state.listeners
        }
        for listener in listeners { listener.signal() }
    }
}
