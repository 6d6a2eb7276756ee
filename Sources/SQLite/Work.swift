internal import Synchronization

/// A task's body on its way to a database thread.
protocol Work: Sendable {
    /// Whether to run it: false when its caller was cancelled while it waited.
    func begin() -> Bool
    /// Runs the body and keeps its value; returns what it threw.
    func run(in transaction: borrowing Transaction) -> (any Error)?
    /// Answers the caller: with the error, or with the kept value.
    func finish(_ error: (any Error)?)
}

/// One call of `write` or `read`: its body, its caller and, later, its value.
final class Call<Value: Sendable>: Work {
    private enum Phase {
        case new
        case cancelled
        case waiting(CheckedContinuation<Value, any Error>)
        case running(CheckedContinuation<Value, any Error>, Value?)
        case done
    }

    private let phase = Mutex(Phase.new)
    private let body: @Sendable (borrowing Transaction) throws -> Value

    init(_ body: @escaping @Sendable (borrowing Transaction) throws -> Value) { self.body = body }

    /// Hands the call to the queue and waits.
    ///
    /// Cancelled while it waits for its turn, it throws `CancellationError` and the body never runs; once it runs, its
    /// outcome is what is returned.
    func value(from queue: WorkQueue, closed: @Sendable () -> any Error) async throws -> Value {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard wait(with: continuation) else { return continuation.resume(throwing: CancellationError()) }
                guard !queue.submit(self) else { return }
                finish(closed())
            }
        } onCancel: {
            cancel()
        }
    }

    private func wait(with continuation: CheckedContinuation<Value, any Error>) -> Bool {
        phase.withLock { phase in
            guard case .new = phase else { return false }
            phase = .waiting(continuation)
            return true
        }
    }

    private func cancel() {
        let waiting: CheckedContinuation<Value, any Error>? = phase.withLock { phase in
            switch phase {
            case .new:
                phase = .cancelled
                return nil
            case .waiting(let continuation):
                phase = .done
                return continuation
            case .cancelled, .running, .done: return nil
            }
        }
        waiting?.resume(throwing: CancellationError())
    }

    func begin() -> Bool {
        phase.withLock { phase in
            guard case .waiting(let continuation) = phase else { return false }
            phase = .running(continuation, nil)
            return true
        }
    }

    func run(in transaction: borrowing Transaction) -> (any Error)? {
        do {
            let value = try body(transaction)
            phase.withLock { phase in
                if case .running(let continuation, _) = phase { phase = .running(continuation, value) }
            }
            return nil
        } catch {
            return error
        }
    }

    func finish(_ error: (any Error)?) {
        let before = phase.withLock { phase in
            defer { phase = .done }
            return phase
        }
        switch before {
        case .waiting(let continuation): continuation.resume(throwing: error ?? CancellationError())
        case .running(let continuation, let value):
            if let value, error == nil { return continuation.resume(returning: value) }
            continuation.resume(throwing: error ?? SQLiteError(.other, "the change left no value"))
        case .new, .cancelled, .done: return
        }
    }
}
