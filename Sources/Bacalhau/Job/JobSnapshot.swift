/// A job as the orchestrator answers for it: `GET …/jobs/{name}?include=executions`.
package struct JobSnapshot: Sendable, Equatable {
    /// The orchestrator's own id, `j-` and a UUID; `read` refuses an answer without it.
    package var id = ""
    package var name = ""
    package var namespace = ""
    /// 1, unless somebody has submitted another job of this name.
    package var version: Int64 = 0
    /// How many compute nodes run it; nil where the server does not say.
    package var count: Int64?
    /// Never `undefined` once `read` has taken the answer.
    package var state = JobState.undefined
    /// What the scheduler says about the state; foreign text of any length.
    package var message = ""
    /// Nanoseconds since 1970.
    package var createTime: Int64 = 0
    /// Those whose value is a text.
    package var labels: [String: String] = [:]
    /// The first task's engine.
    package var engine = ""
    /// In the server's order and of every version of the job: several where it was tried again.
    package var executions: [JobExecution] = []
}

/// One try of a job on one compute node.
package struct JobExecution: Sendable, Equatable {
    /// `e-` and a UUID.
    package var id = ""
    package var nodeID = ""
    /// Which version of the job it ran; 0 where the server does not say.
    package var jobVersion: Int64 = 0
    /// nil when the server says something that is no known state.
    package var state: ExecutionState?
    /// May be stale: on a completed execution it often says "Running".
    package var message = ""
    /// Only to be trusted on a completed execution.
    package var output = RunOutput()
    /// The type of what was published, empty for nothing.
    package var publishedType = ""
    /// What the server calls one, not checked; nil where nothing has been published.
    package var publishedCID: String?
    /// Nanoseconds since 1970; 0 where the server does not say.
    package var createTime: Int64 = 0
}

/// What a program said, cut by Bacalhau at 2,048 bytes each.
package struct RunOutput: Sendable, Equatable {
    package var stdout = ""
    package var stdoutTruncated = false
    package var stderr = ""
    package var stderrTruncated = false
    /// As the server reports it: -1 also for a WASM program that returns without `proc_exit`.
    package var exitCode: Int64 = 0
}

/// Why an answer is no job.
package enum SnapshotError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Why, and at which byte of the answer.
    case notJSON(reason: String, offset: Int)
    /// The named member is missing or of a wrong kind.
    case missing(String)

    package var description: String {
        switch self {
        case .notJSON(let reason, let offset): "the answer is no JSON: \(reason) at byte \(offset)"
        case .missing(let member): "the answer has no \(member)"
        }
    }
}

extension JobSnapshot {
    /// The nodes that have taken the job or, where none has, those that were given it.
    package var nodes: [String] {
        let taken = currentExecutions.filter { $0.state?.isTaken ?? false }
        return (taken.isEmpty ? currentExecutions : taken).map(\.nodeID)
    }

    /// The executions of the version at hand, oldest first.
    var currentExecutions: [JobExecution] {
        executions.enumerated()
            .filter { $0.element.jobVersion == 0 || version == 0 || $0.element.jobVersion == version }
            .sorted { ($0.element.createTime, $0.offset) < ($1.element.createTime, $1.offset) }
            .map(\.element)
    }
}
