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
        /// How long a job that is to find out may wait for inputs from elsewhere before the next one may, and how many may.
        package var inputPatience: Duration = .seconds(10)
        package var vainProbes = 3
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
    /// Jobs in a row that were to find out, wait for inputs and were not taken.
    private var vainProbes = 0
    /// When the job was submitted for which submitting has stopped.
    private var opener: Timestamp?
    /// When the latest job was submitted that a node is known to have taken; of all nodes, and of each.
    private var latestTaken: Timestamp?
    private var takenAt: [String: Timestamp] = [:]
    /// Nodes that take nothing while others do, each with the time of the submission that shows it.
    private var silentSince: [String: Timestamp] = [:]
    /// Nodes that are known one by one; a node has a new name after some restarts.
    private static let nodeLimit = 1_000
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

    /// What a look means for whoever reports.
    package enum Change: Equatable, Sendable {
        case none
        case opened
        case closed
        /// This node takes nothing, while others do.
        case silent(node: String)
        /// It has taken a job again.
        case heard(node: String)
    }

    /// What a look at a job shows of the compute nodes.
    package struct Look: Equatable, Sendable {
        package let name: String
        package let evidence: Evidence
        /// When the job was submitted, by our own clock; nil where that is not known.
        package var submittedAt: Timestamp?
        /// The nodes that have taken it or, where none has, those that were given it.
        package var nodes: [String]
        /// Whether its inputs are read from elsewhere.
        package var readsInputs: Bool

        package init(
            _ name: String,
            _ evidence: Evidence,
            submittedAt: Timestamp? = nil,
            nodes: [String] = [],
            readsInputs: Bool = false
        ) {
            self.name = name
            self.evidence = evidence
            self.submittedAt = submittedAt
            self.nodes = nodes
            self.readsInputs = readsInputs
        }
    }

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
        (since, opener) = (now, now)
        state = .open(until: now)
    }

    /// A job was looked at.
    package mutating func saw(_ look: Look, at now: Timestamp) -> Change {
        // The clock was set back: what was noted before is from a time to come, and newer than all that follows.
        if latestTaken.map({ $0 > now }) ?? false {
            (latestTaken, takenAt, silentSince) = (nil, [:], [:])
        }
        switch look.evidence {
        case .stage(.untaken, let age): return isUntaken(look, for: age, now)
        case .stage(.running, _), .acted: return isTaken(look)
        case .ended: withdraw(look.name, at: now)
        // Not known yet, or waiting for room: that says nothing about the node.
        case .stage(.pending, _), .stage(.queued, _), .stage(.unknown, _): break
        }
        return .none
    }

    private mutating func isTaken(_ look: Look) -> Change {
        let submitted = look.submittedAt
        if let submitted {
            latestTaken = max(latestTaken ?? submitted, submitted)
            for node in look.nodes.prefix(Self.nodeLimit) {
                Self.note(node, max(takenAt[node] ?? submitted, submitted), &takenAt)
            }
        }
        if since != nil, isProbe(look.name) || isNewer(submitted, than: opener) {
            (state, since, opener, failures, vainProbes) = (.closed, nil, nil, 0, 0)
            return .closed
        }
        guard let node = look.nodes.first(where: { isNewer(submitted, than: silentSince[$0]) }) else { return .none }
        silentSince[node] = nil
        return .heard(node: node)
    }

    private mutating func isUntaken(_ look: Look, for age: Duration, _ now: Timestamp) -> Change {
        if isProbe(look.name), look.readsInputs, age >= limits.inputPatience { return findsNothingOut(look.name, now) }
        guard age >= limits.patience else { return .none }
        // Newer ones have been taken since: then it is a matter of this job, or of its node, and the others go on.
        if let submitted = look.submittedAt, isNewer(latestTaken, than: submitted) {
            withdraw(look.name, at: now)
            return silence(of: look.nodes, since: submitted)
        }
        if state == .closed {
            (since, opener) = (now, look.submittedAt)
            state = .open(until: now)
            return .opened
        }
        if isProbe(look.name) { open(now) }
        return .none
    }

    /// A node that takes nothing that it was given since then, where others take what is newer.
    private mutating func silence(of nodes: [String], since submitted: Timestamp) -> Change {
        let silent = nodes.prefix(Self.nodeLimit).first { !isNewer(takenAt[$0], than: submitted) }
        guard let silent else { return .none }
        Self.note(silent, submitted, &silentSince)
        return .silent(node: silent)
    }

    /// Its inputs may be what is missing, so the next one goes soon; but not one after the other for ever.
    private mutating func findsNothingOut(_ name: String, _ now: Timestamp) -> Change {
        vainProbes += 1
        if vainProbes < limits.vainProbes {
            withdraw(name, at: now)
        } else {
            vainProbes = 0
            open(now)
        }
        return .none
    }

    private mutating func open(_ now: Timestamp) {
        failures = min(failures + 1, JobMachine.counterLimit)
        state = .open(until: now + limits.pause.delay(after: failures))
    }

    /// Whether this is the job that finds out.
    package func isProbe(_ name: String) -> Bool {
        if case .probing(name, _) = state { true } else { false }
    }

    private func isNewer(_ one: Timestamp?, than other: Timestamp?) -> Bool {
        guard let one, let other else { return false }
        return one > other
    }

    /// The one that was noted the longest ago makes room.
    private static func note(_ node: String, _ at: Timestamp, _ nodes: inout [String: Timestamp]) {
        nodes[node] = at
        if nodes.count > nodeLimit, let oldest = nodes.min(by: { $0.value < $1.value }) { nodes[oldest.key] = nil }
    }
}
