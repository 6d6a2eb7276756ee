package import Bacalhau

/// Whether jobs may be submitted: not while a compute node that was given one does not take it (design D5).
///
/// Such a node takes no later job either, and says that it is well and idle; each more would wait in vain. So submitting
/// stops until one job, sent after a while to find out, is taken.
package struct CircuitBreaker: Equatable, Sendable {
    package struct Limits: Equatable, Sendable {
        /// How long a node may not take a job before it counts as broken.
        package var patience: Duration = .seconds(60)
        /// Time until the first job that finds out, and between the later ones.
        package var pause = Backoff(first: .seconds(60), limit: .seconds(600))
        /// How long nothing may be heard of that job.
        package var probeTime: Duration = .seconds(300)

        package init() {}
    }

    package enum State: Equatable, Sendable {
        case closed
        /// Nothing is submitted until then.
        case open(until: Timestamp)
        /// The job of this name was submitted to find out.
        case probing(name: String, since: Timestamp)
    }

    package private(set) var state = State.closed
    /// Since when submitting has stopped; nil while it goes on.
    package private(set) var since: Timestamp?
    private var failures = 0
    private let limits: Limits

    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// How many jobs may be begun now.
    package func room(at now: Timestamp) -> Int {
        switch state {
        case .closed: .max
        case .open(let until): now >= until ? 1 : 0
        case .probing(_, let since): now - since >= limits.probeTime ? 1 : 0
        }
    }

    /// When the next one may be begun; nil when that is now.
    package func opens(after now: Timestamp) -> Timestamp? {
        let at: Timestamp
        switch state {
        case .closed: return nil
        case .open(let until): at = until
        case .probing(_, let since): at = since + limits.probeTime
        }
        return at > now ? at : nil
    }

    /// Asks to submit a job; where submitting has stopped, one that may go is the one that finds out.
    package mutating func permits(_ name: String, at now: Timestamp) -> Bool {
        switch state {
        case .closed: return true
        // The same job once more, after a doubt.
        case .probing(let probe, _) where probe == name: return true
        case .open, .probing:
            guard room(at: now) > 0 else { return false }
            state = .probing(name: name, since: now)
            return true
        }
    }

    /// What a change of state means for whoever reports.
    package enum Change: Equatable, Sendable {
        case none
        case opened
        case closed
    }

    /// A job was seen in a stage in which it has been for so long; nil: it is over.
    package mutating func saw(_ name: String, in stage: JobStage?, for age: Duration, at now: Timestamp) -> Change {
        let isStuck = stage == .untaken && age >= limits.patience
        switch state {
        case .closed:
            guard isStuck else { return .none }
            since = now
            open(now)
            return .opened
        case .probing(let probe, _) where probe == name:
            if isStuck {
                open(now)
                return .none
            }
            switch stage {
            // Not known yet, or waiting for room: that says nothing about the node.
            case .pending, .untaken, .queued, .unknown: return .none
            case .running, nil:
                self = CircuitBreaker(limits: limits)
                return .closed
            }
        case .open, .probing:
            return .none
        }
    }

    private mutating func open(_ now: Timestamp) {
        failures = min(failures + 1, JobMachine.counterLimit)
        state = .open(until: now + limits.pause.delay(after: failures))
    }
}
