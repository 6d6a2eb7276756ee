package import Bacalhau
internal import JSON

/// A call to the orchestrator that was made for a request, and what it came to.
///
/// Polls that say the same are one value with a count, so that a request's calls grow with what changes and not with
/// how often somebody looks.
package struct JobCall: Equatable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case lookUp = "look-up"
        case submit
        case stop
        case fetch
        /// Stands for calls that are not kept: there were too many different ones.
        case omitted
    }

    /// Which try of the request it was made for.
    package let attempt: Int
    package let kind: Kind
    /// For people, in a line.
    package let outcome: String
    /// A JSON object: the job and its executions as they were seen; nil where none was.
    package let detail: String?
    package let firstAt: Timestamp
    package let lastAt: Timestamp
    package let count: Int

    /// Bytes of an outcome that are kept.
    package static let outcomeLimit = 1_024

    package init(
        attempt: Int,
        kind: Kind,
        outcome: String,
        detail: String? = nil,
        firstAt: Timestamp,
        lastAt: Timestamp,
        count: Int
    ) {
        self.attempt = attempt
        self.kind = kind
        self.outcome = SafeText.line(outcome, limit: Self.outcomeLimit)
        self.detail = detail
        self.firstAt = firstAt
        self.lastAt = lastAt
        self.count = count
    }

    /// A call that has just been made.
    package init(_ kind: Kind, attempt: Int, outcome: String, detail: String? = nil, at now: Timestamp) {
        self.init(
            attempt: attempt,
            kind: kind,
            outcome: outcome,
            detail: detail,
            firstAt: now,
            lastAt: now,
            count: 1
        )
    }
}

extension JobCall {
    /// A submission that was answered.
    package init(_ submission: Submission, attempt: Int, at now: Timestamp) {
        var detail: String?
        let outcome: String
        switch submission {
        case .created(let jobID):
            outcome = "created"
            detail = Self.line(["job": .string(SafeText.line(jobID, limit: 80))])
        case .alreadyExists: outcome = "a job of this name exists already"
        case .refused(let text): outcome = "refused: \(text)"
        case .denied(let text): outcome = "access denied: \(text)"
        case .unknown(let text): outcome = "it may have been taken: \(text)"
        case .busy(let seconds): outcome = "busy" + (seconds.map { ", to be asked again in \($0) s" } ?? "")
        }
        self.init(.submit, attempt: attempt, outcome: outcome, detail: detail, at: now)
    }

    /// A look-up that was answered; `isOurs` says whether the job's label names the request.
    package init(seen job: JobSnapshot?, isOurs: Bool = true, attempt: Int, at now: Timestamp) {
        guard let job else {
            self.init(.lookUp, attempt: attempt, outcome: "no job of this name", at: now)
            return
        }
        let message = SafeText.line(job.message, limit: 300)
        let outcome = (isOurs ? "" : "another job has the name: ") + job.state.word
        self.init(
            .lookUp,
            attempt: attempt,
            outcome: outcome + (message.isEmpty ? "" : ": \(message)"),
            detail: Self.line(Self.json(of: job)),
            at: now
        )
    }

    /// Executions that are kept of one look, the newest.
    private static let executionLimit = 8

    private static func json(of job: JobSnapshot) -> JSONValue {
        let kept = job.executions.suffix(executionLimit)
        var members: [JSONMember] = [
            JSONMember("job", .string(SafeText.line(job.id, limit: 80))), JSONMember("state", .string(job.state.word)),
        ]
        if !job.message.isEmpty {
            members.append(JSONMember("message", .string(SafeText.line(job.message, limit: 300))))
        }
        members.append(JSONMember("executions", .array(kept.map(json))))
        let missing = job.executions.count - kept.count
        if missing > 0 { members.append(JSONMember("earlierExecutions", .number(JSONNumber(missing)))) }
        return .object(members)
    }

    private static func json(of execution: JobExecution) -> JSONValue {
        var members: [JSONMember] = [
            JSONMember("id", .string(SafeText.line(execution.id, limit: 80))),
            JSONMember("node", .string(SafeText.line(execution.nodeID, limit: 80))),
            JSONMember("state", .string(execution.state.map { "\($0)" } ?? "unknown")),
        ]
        let isCompleted = execution.state == .completed
        // On a completed one it is often stale.
        if !execution.message.isEmpty, !isCompleted {
            members.append(JSONMember("message", .string(SafeText.line(execution.message, limit: 300))))
        }
        if isCompleted { members.append(JSONMember("exitCode", .number(JSONNumber(execution.output.exitCode)))) }
        if let cid = execution.publishedCID {
            members.append(JSONMember("published", .string(SafeText.line(cid, limit: 200))))
        }
        return .object(members)
    }

    private static func line(_ value: JSONValue) -> String {
        String(decoding: JSONWriter.bytes(of: value), as: UTF8.self)
    }
}
