import Synchronization

/// What tasks want of the transfer thread: requests to send, requests to drop, and the end.
final class TransferQueue: Sendable {
    typealias Outcome = Result<HTTPResponse, HTTPError>

    /// Names a request from before it is submitted, so that a cancel can always name it.
    struct Ticket: Hashable, Sendable {
        let number: UInt64
    }

    struct Submission: Sendable {
        let ticket: Ticket
        let request: HTTPRequest
        let continuation: CheckedContinuation<Outcome, Never>
    }

    struct Orders: Sendable {
        var submissions: [Submission] = []
        var cancelled: [Ticket] = []
        var isStopping = false
    }

    private struct State {
        var orders = Orders()
        /// Why nothing is taken any more.
        var refusal: HTTPError?
    }

    private let state = Mutex(State())
    private let lastTicket = Atomic<UInt64>(0)
    let wake: WakeEvent

    init(wake: WakeEvent) {
        self.wake = wake
    }

    // MARK: Tasks

    func newTicket() -> Ticket {
        Ticket(number: lastTicket.wrappingAdd(1, ordering: .relaxed).newValue)
    }

    func submit(_ submission: Submission) {
        let refusal: HTTPError? = state.withLock { state in
            if let refusal = state.refusal { return refusal }
            // Under the lock: a cancel either is seen here, or finds the submission.
            if Task.isCancelled { return .cancelled }
            state.orders.submissions.append(submission)
            return nil
        }
        if let refusal {
            submission.continuation.resume(returning: .failure(refusal))
        } else {
            wake.signal()
        }
    }

    func cancel(_ ticket: Ticket) {
        state.withLock { if $0.refusal == nil { $0.orders.cancelled.append(ticket) } }
        wake.signal()
    }

    func stop() {
        state.withLock { state in
            state.refusal = state.refusal ?? .shutDown
            state.orders.isStopping = true
        }
        wake.signal()
    }

    // MARK: The thread

    /// Hands over what has come since the last call.
    func take() -> Orders {
        state.withLock { state in
            let orders = state.orders
            state.orders = Orders(isStopping: orders.isStopping)
            return orders
        }
    }

    /// Refuses what is queued and all that may come.
    func close(_ reason: HTTPError) {
        let late = state.withLock { state in
            state.refusal = state.refusal ?? reason
            let late = state.orders.submissions
            state.orders = Orders(isStopping: true)
            return late
        }
        for submission in late { submission.continuation.resume(returning: .failure(reason)) }
    }
}
