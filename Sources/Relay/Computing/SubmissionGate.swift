internal import RelayCore
internal import Synchronization

/// The circuit breaker of one orchestrator, for all jobs in hand.
final class SubmissionGate: Sendable {
    private let breaker: Mutex<CircuitBreaker>

    init(limits: CircuitBreaker.Limits) {
        breaker = Mutex(CircuitBreaker(limits: limits))
    }

    func room(at now: Timestamp) -> Int { breaker.withLock { $0.room(at: now) } }
    func opens(after now: Timestamp) -> Timestamp? { breaker.withLock { $0.opens(after: now) } }
    func permits(_ name: String, at now: Timestamp) -> Bool { breaker.withLock { $0.permits(name, at: now) } }

    /// What a job looks like after an event.
    func saw(_ name: String, _ machine: JobMachine, at now: Timestamp) -> CircuitBreaker.Change {
        switch machine.phase {
        case .answered: breaker.withLock { $0.saw(name, in: nil, for: .zero, at: now) }
        case .watching, .stopping:
            machine.stage.map { stage in
                breaker.withLock { $0.saw(name, in: stage.stage, for: now - stage.since, at: now) }
            } ?? .none
        case .placing, .pausing: .none
        }
    }
}
