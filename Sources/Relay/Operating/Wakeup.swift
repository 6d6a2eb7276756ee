internal import Synchronization
package import Transport

/// "Look again": a signal between services that carries no data, so a lost one costs a poll and a restart is nothing
/// special (design D11).
///
/// One task waits at a time; signals that come while nobody waits are kept as one.
package final class Wakeup: Sendable {
    private enum State {
        case idle
        case signalled
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.idle)

    package init() {}

    package func signal() {
        let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
            switch state {
            case .idle, .signalled:
                state = .signalled
                return nil
            case .waiting(let waiter):
                state = .idle
                return waiter
            }
        }
        waiter?.resume()
    }

    /// Returns at the next signal, or when the task is cancelled.
    package func next() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resumeNow: Bool = state.withLock { state in
                    // Under the lock: a cancel is either seen here or sees the waiter.
                    if Task.isCancelled { return true }
                    switch state {
                    case .signalled:
                        state = .idle
                        return true
                    case .idle:
                        state = .waiting(continuation)
                        return false
                    case .waiting:
                        // Two waiters would be a mistake of ours; the second one just looks again.
                        return true
                    }
                }
                if resumeNow { continuation.resume() }
            }
        } onCancel: {
            let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
                guard case .waiting(let waiter) = state else { return nil }
                state = .idle
                return waiter
            }
            waiter?.resume()
        }
    }

    /// Returns at the next signal or when the time is over, whichever comes first; throws when the task is cancelled.
    package func next(within duration: Duration, of time: any TimeSource) async throws {
        guard duration > .zero else {
            takeSignal()
            return try Task.checkCancellation()
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.next() }
            group.addTask { try? await time.sleep(for: duration) }
            await group.next()
            group.cancelAll()
        }
        try Task.checkCancellation()
    }

    private func takeSignal() {
        state.withLock { state in
            if case .signalled = state { state = .idle }
        }
    }
}
