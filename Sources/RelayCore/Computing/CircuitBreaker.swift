package import Bacalhau

/// Whether jobs may be submitted: not while a compute node that was given one does not take it (design D5).
///
/// Such a node takes no later job either, and says that it is well and idle; each more would wait in vain. So submitting
/// stops until one job, sent to find out, is taken. A job may be alone with it, too: before a node takes one, it looks for
/// the inputs, for minutes where they cannot be found. That is no matter of the others, and shows by a later one that is taken.
package struct CircuitBreaker: Equatable, Sendable {
    package struct Limits: Equatable, Sendable {
        /// How long a node may not take a job before it counts as broken.
        package var patience: Duration = .seconds(60)
        /// Time after a job that was to find out and was not taken, until the next one.
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
    /// When the latest job was created, by the orchestrator's clock, of those that a node is known to have taken.
    private var latestTaken: Int64?
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

    /// The job that was to find out is not sent after all: the next one may go in its place.
    package mutating func withdraw(_ name: String, at now: Timestamp) {
        guard case .probing(name, _) = state else { return }
        state = .open(until: now)
    }

    /// What a change of state means for whoever reports.
    package enum Change: Equatable, Sendable {
        case none
        case opened
        case closed
    }

    /// What a look at a job shows of the compute node.
    package enum Evidence: Equatable, Sendable {
        /// In a stage in which it has been for so long.
        case stage(JobStage, for: Duration)
        /// Over, and a node had to do with it.
        case acted
        /// Over, and no node had: refused, without room, answered for another reason.
        case ended
    }

    /// A job that was untaken long ago may still be: one job at a time goes until one is taken.
    package mutating func suspect(at now: Timestamp) {
        guard state == .closed else { return }
        since = now
        state = .open(until: now)
    }

    /// A job was looked at.
    ///
    /// It was created at a time by the orchestrator's clock, nil where that does not tell, and waits for inputs from elsewhere
    /// or not.
    package mutating func saw(
        _ name: String,
        _ evidence: Evidence,
        createdAt: Int64? = nil,
        readsInputs: Bool = false,
        at now: Timestamp
    ) -> Change {
        if evidence.isTaken, let createdAt { latestTaken = max(latestTaken ?? createdAt, createdAt) }
        let isStuck = if case .stage(.untaken, let age) = evidence { age >= limits.patience } else { false }
        if isStuck, let createdAt, let latestTaken, latestTaken > createdAt { return seesNothing(name, now) }
        switch state {
        case .closed:
            guard isStuck else { return .none }
            since = now
            state = .open(until: now)
            return .opened
        case .probing(let probe, _) where probe == name:
            if isStuck {
                if readsInputs { return seesNothing(name, now) }
                open(now)
                return .none
            }
            switch evidence {
            // Not known yet, or waiting for room: that says nothing about the node.
            case .stage(.pending, _), .stage(.untaken, _), .stage(.queued, _), .stage(.unknown, _): return .none
            case .ended: return seesNothing(name, now)
            case .stage(.running, _), .acted:
                (state, since, failures) = (.closed, nil, 0)
                return .closed
            }
        case .open, .probing:
            return .none
        }
    }

    /// What a job came to is no matter of the node's: where it was to find out, the next one may go.
    private mutating func seesNothing(_ name: String, _ now: Timestamp) -> Change {
        withdraw(name, at: now)
        return .none
    }

    private mutating func open(_ now: Timestamp) {
        failures = min(failures + 1, JobMachine.counterLimit)
        state = .open(until: now + limits.pause.delay(after: failures))
    }
}

extension CircuitBreaker.Evidence {
    /// Whether a node has taken the job.
    fileprivate var isTaken: Bool {
        switch self {
        case .stage(.running, _), .acted: true
        case .stage, .ended: false
        }
    }
}
