package import JSON

/// A job in the fake orchestrator's store.
package struct FakeJob: Sendable {
    package enum State: String, Sendable {
        case pending = "Pending"
        case queued = "Queued"
        case running = "Running"
        case completed = "Completed"
        case failed = "Failed"
        case stopped = "Stopped"

        var isTerminal: Bool { self == .completed || self == .failed || self == .stopped }
    }

    package let id: String
    package let name: String
    package let namespace: String
    /// What was last submitted and accepted.
    package internal(set) var submitted: JSONValue
    package internal(set) var script: FakeJobScript
    /// How often it was started: more than 1 means that the work was done twice.
    package internal(set) var version = 1
    /// Submissions under this name, whatever they were answered.
    package internal(set) var submissions = 1
    package internal(set) var state: State = .pending
    package internal(set) var message = ""
    package internal(set) var executions: [FakeExecution] = []
    package internal(set) var polls = 0
    var createdAt: Int64
    var modifiedAt: Int64
    /// When this version was submitted.
    var startedAt: Int64
    var revision = 1
}

/// A run of a job on a node.
package struct FakeExecution: Sendable, Equatable {
    /// Numbers of the API, 1.6.0 and later.
    package enum State: Int, Sendable {
        case new = 1
        case bidAccepted = 5
        case completed = 9
        case failed = 10
        case cancelled = 11
    }

    package let id: String
    package let jobVersion: Int
    package internal(set) var state: State
    package internal(set) var message: String
    package internal(set) var run: FakeRun?
}

extension FakeJob {
    /// Lets it come to where it has to be by now.
    mutating func advance(to now: Int64, nodeID: String) {
        guard !state.isTerminal else { return }
        let isDue = now - startedAt >= script.duration.roundedUpToMilliseconds && polls >= script.polls
        switch script.outcome {
        case .nodesBusy:
            end(.failed, "\(notEnough)\n• Node \(nodeID): node busy with available capacity {\(capacity)}", now)
        case .noNode:
            end(.failed, "not enough nodes to run job. requested: 1, available: 0, suitable: 0.", now)
        case .refused(let reason):
            end(.failed, "\(notEnough)\n• Node \(nodeID): \(reason)", now)
        case .wedged, .seeksInputs:
            if executions.isEmpty { execute(.new) }
        case .completes(let run):
            start(now)
            if isDue { complete(run, now) }
        case .traps(let text):
            start(now)
            if isDue { fail(text, nodeID, now) }
        case .timesOut:
            start(now)
            timeOut(now)
        case .neverEnds, .lost:
            start(now)
        }
    }

    mutating func stop(_ reason: String, _ now: Int64) {
        end(.stopped, reason, now)
        for index in executions.indices where executions[index].state != .completed {
            executions[index].state = .cancelled
        }
    }

    mutating func startAgain(_ job: JSONValue, _ newScript: FakeJobScript, _ now: Int64) {
        submitted = job
        script = newScript
        version += 1
        polls = 0
        startedAt = now
        change(.pending, "Job update requested by user", now)
    }

    private mutating func start(_ now: Int64) {
        guard state == .pending, polls > 0 || script.polls == 0 else { return }
        if !executions.contains(where: { $0.jobVersion == version }) { execute(.bidAccepted) }
        change(.running, "", now)
    }

    private mutating func complete(_ run: FakeRun, _ now: Int64) {
        guard state == .running, let last = executions.indices.last else { return }
        executions[last].state = .completed
        // What the server leaves there, though the execution has ended.
        executions[last].message = "Running"
        executions[last].run = run
        end(.completed, "", now)
    }

    private mutating func fail(_ text: String, _ nodeID: String, _ now: Int64) {
        guard state == .running else { return }
        execute(.bidAccepted)
        for index in executions.indices where executions[index].jobVersion == version {
            executions[index].state = .failed
            executions[index].message = text
        }
        end(.failed, "\(notEnough)\n• Node \(nodeID): job already executed on this node more than once", now)
    }

    private mutating func timeOut(_ now: Int64) {
        let seconds = submitted["Tasks"]?.array?.first?["Timeouts"]?["TotalTimeout"]?.int64 ?? 0
        guard seconds > 0, now - startedAt >= seconds.multipliedReportingOverflow(by: 1000).partialValue else { return }
        for index in executions.indices where executions[index].state == .bidAccepted {
            executions[index].state = .cancelled
        }
        end(.failed, "Job timed out. Job took longer than \(seconds)s", now)
    }

    private mutating func execute(_ state: FakeExecution.State) {
        let id = "e-\(id.dropFirst(2))-\(executions.count + 1)"
        executions.append(FakeExecution(id: id, jobVersion: version, state: state, message: ""))
    }

    private mutating func end(_ newState: State, _ text: String, _ now: Int64) {
        change(newState, text, now)
    }

    private mutating func change(_ newState: State, _ text: String, _ now: Int64) {
        state = newState
        message = text
        revision += 1
        modifiedAt = now
    }
}

private let notEnough = "not enough nodes to run job. requested: 1, available: 1, suitable: 0."
private let capacity = "CPU: 1.60, Memory: 20 GB, Disk: 198 GB, GPU: 0"
