internal import Bacalhau
internal import BacalhauAPI
internal import RelayCore
internal import Synchronization
internal import Transport

/// One orchestrator, its circuit breaker, and what is known of how it does.
final class Orchestrator: Sendable {
    /// How long one that does not let us in is left alone.
    private static let denialTime: Duration = .seconds(300)
    /// Calls in a row that fail before it counts as away: a lone one may be the network's hiccup.
    private static let failureLimit = 2

    let place: OrchestratorPlace
    /// The one that is preferred, or the only one: it is spoken of without a name.
    let isFirst: Bool
    let gate: SubmissionGate
    private let standing = Mutex(Standing())

    private struct Standing {
        var failures = 0
        var cause: String?
        var denied: (until: Timestamp, words: String)?
        /// What its compute nodes can hold; nil before it has said so.
        var nodes: NodeRoom?
        /// Its version is known, and new enough.
        var isVetted = true
        /// It may run jobs that their requests have left; that none was left before the start nobody knows.
        var mayRunLeftTries = true
    }

    init(_ place: OrchestratorPlace, isFirst: Bool, limits: CircuitBreaker.Limits) {
        self.place = place
        self.isFirst = isFirst
        gate = SubmissionGate(limits: limits)
    }

    var name: String { place.name }
    var client: BacalhauClient { place.client }

    // MARK: What is spoken of as down

    var outage: String { isFirst ? "orchestrator" : "orchestrator \(name)" }
    var computeNode: String { isFirst ? "compute node" : "compute node of \(name)" }
    /// One of several; by the beginning of its id, as Bacalhau speaks of it.
    func computeNode(_ id: String) -> String {
        "compute node \(SafeText.line(String(id.prefix(8)), limit: 16))" + (isFirst ? "" : " of \(name)")
    }

    var submissions: String { isFirst ? "submission of jobs" : "submission of jobs at \(name)" }
    var submission: String { isFirst ? Outages.submission : "\(Outages.submission) at \(name)" }

    // MARK: How it does

    func answered() {
        standing.withLock { standing in
            standing.failures = 0
            standing.cause = nil
        }
    }

    func failed(_ error: BacalhauError) {
        // What it says of one job may be that job's fault.
        guard error.isOfTheServer else { return }
        standing.withLock { standing in
            standing.failures = min(standing.failures + 1, JobMachine.counterLimit)
            standing.cause = "\(error)"
        }
    }

    /// It did not answer when it was asked for no other reason than that.
    func isAway(_ cause: String) {
        standing.withLock { standing in
            standing.failures = max(standing.failures, Self.failureLimit)
            standing.cause = cause
        }
    }

    func denied(_ words: String, at now: Timestamp) {
        standing.withLock { $0.denied = (until: now + Self.denialTime, words: words) }
    }

    func tookAJob() { standing.withLock { $0.denied = nil } }

    /// Whether jobs may be sent to it: an old one may run a job twice.
    var isVetted: Bool { standing.withLock(\.isVetted) }

    func setVetted(_ isVetted: Bool) { standing.withLock { $0.isVetted = isVetted } }

    func isReachable(at now: Timestamp) -> Bool {
        standing.withLock { standing in
            standing.isVetted && standing.failures < Self.failureLimit
                && !(standing.denied.map { now < $0.until } ?? false)
        }
    }

    /// Whether it would take a job now, as far as is known.
    func isUsable(at now: Timestamp) -> Bool { isReachable(at: now) && gate.room(at: now) > 0 }

    var mayRunLeftTries: Bool { standing.withLock(\.mayRunLeftTries) }

    func setMayRunLeftTries(_ may: Bool) { standing.withLock { $0.mayRunLeftTries = may } }

    func learned(_ nodes: [NodeSummary], at now: Timestamp) {
        standing.withLock { $0.nodes = NodeRoom(nodes, at: now) }
    }

    /// Not everybody may list them; then what was known of them stays as it was.
    func listNodes(_ environment: ServiceEnvironment) async {
        if let nodes = try? await client.nodes() { learned(nodes, at: environment.now) }
    }

    var nodes: NodeRoom? { standing.withLock(\.nodes) }

    /// What is known of it for a job that looks for a place.
    func candidate(for plan: JobPlan, at now: Timestamp) -> OrchestratorChoice.Candidate {
        var candidate = OrchestratorChoice.Candidate()
        candidate.isReachable = isReachable(at: now)
        candidate.cannotHold = nodes?.cannotHold(plan.resources, at: now, isAway: !candidate.isReachable) ?? false
        candidate.lacksNodes = nodes?.lacksNodes(at: now) ?? false
        candidate.hasRoom = gate.room(at: now) > 0
        candidate.isHeld = gate.isHeld
        return candidate
    }

    enum State: String {
        case ok
        case unreachable
        /// It answers, and does not let us submit.
        case denied
        /// It has no compute node that can be given jobs.
        case nodeless = "noComputeNode"
        /// It has a node that takes no jobs: the circuit breaker is open.
        case held
    }

    func state(at now: Timestamp) -> (state: State, reason: String?) {
        let (failures, cause, denied, isVetted) = standing.withLock { standing in
            (standing.failures, standing.cause, standing.denied, standing.isVetted)
        }
        if failures >= Self.failureLimit || !isVetted { return (.unreachable, cause) }
        if let denied, now < denied.until { return (.denied, denied.words) }
        if let nodes, nodes.lacksNodes(at: now) { return (.nodeless, nil) }
        return gate.isHeld ? (.held, nil) : (.ok, nil)
    }
}

extension BacalhauError {
    /// Whether the next call would fail too, whatever it is for.
    fileprivate var isOfTheServer: Bool {
        switch kind {
        case .transport(.tooLarge), .transport(.badRequest), .transport(.cancelled), .badAnswer: false
        case .transport, .server, .credentials: true
        }
    }
}
