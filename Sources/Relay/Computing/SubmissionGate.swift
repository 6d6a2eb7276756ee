internal import Bacalhau
internal import RelayCore
internal import Synchronization

/// The circuit breaker of one orchestrator, for all jobs in hand.
final class SubmissionGate: Sendable {
    private let breaker: Mutex<CircuitBreaker>
    private let patience: Duration

    init(limits: CircuitBreaker.Limits) {
        breaker = Mutex(CircuitBreaker(limits: limits))
        patience = limits.patience
    }

    /// Whether submitting has stopped, but for the job that finds out.
    var isHeld: Bool { breaker.withLock { $0.since != nil } }

    func room(at now: Timestamp) -> Int { breaker.withLock { $0.room(at: now) } }
    func opens(after now: Timestamp) -> Timestamp? { breaker.withLock { $0.opens(after: now) } }
    func permits(_ name: String, at now: Timestamp) -> Bool { breaker.withLock { $0.permits(name, at: now) } }

    /// The job is not sent after all.
    func withdraw(_ name: String, at now: Timestamp) { breaker.withLock { $0.withdraw(name, at: now) } }

    /// A job as it was stored before a restart: what it was then is no proof of now.
    func remember(_ machine: JobMachine, at now: Timestamp) {
        guard let stage = machine.stage, stage.stage == .untaken, stage.seen - stage.since >= patience else { return }
        suspect(at: now)
    }

    func suspect(at now: Timestamp) { breaker.withLock { $0.suspect(at: now) } }

    /// What an event shows of the compute nodes: only a fresh look at a job does, and its end.
    func saw(
        _ name: String,
        _ event: JobMachine.Event,
        _ before: JobMachine,
        _ machine: JobMachine,
        body: [UInt8],
        at now: Timestamp
    ) -> CircuitBreaker.Change {
        guard let evidence = evidence(event, machine) else { return .none }
        var look = CircuitBreaker.Look(name, evidence, submittedAt: before.watchedSince ?? machine.watchedSince)
        if case .found(let sighting) = event { look.nodes = sighting.nodes }
        // A body is large, and this matters of one job at a time.
        if case .stage(.untaken, _) = evidence, breaker.withLock({ $0.isProbe(name) }) {
            look.readsInputs = StoredJob(body: body)?.readsInputs ?? false
        }
        return breaker.withLock { [look] in $0.saw(look, at: now) }
    }

    private func evidence(_ event: JobMachine.Event, _ machine: JobMachine) -> CircuitBreaker.Evidence? {
        if case .found(let sighting) = event, sighting.isOurs {
            switch sighting.verdict {
            case .running(let stage):
                return .stage(stage, for: machine.stage.map { $0.seen - $0.since } ?? .zero)
            case .answer, .passing: return .acted
            case .failed: return sighting.cause == nil ? .ended : .acted
            case .busy, .stopped, .lost: return .ended
            }
        }
        if case .answered = machine.phase { return .ended }
        return nil
    }
}
