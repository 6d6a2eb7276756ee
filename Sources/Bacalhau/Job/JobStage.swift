/// How far a job is that is not over; each stage has a deadline of its own.
package enum JobStage: String, Sendable, CaseIterable {
    /// No execution of it yet: the scheduler has not looked at it, or never will.
    case pending
    /// Given to a compute node that does not take it: a minute of it is a broken node, not a slow job.
    case untaken
    /// Waits for a node with room, for as long as its queue time-out lasts.
    case queued
    case running
    /// The orchestrator says something that this program does not know.
    case unknown

    /// The stage of a job that is not over.
    init(_ job: JobSnapshot) {
        switch job.state {
        case .running: self = .running
        case .queued: self = .queued
        case .pending where job.executions.isEmpty: self = .pending
        case .pending where job.executions.allSatisfy({ $0.state == .new }): self = .untaken
        // A node is asked, or has begun.
        case .pending: self = .running
        case .undefined, .other, .completed, .failed, .stopped: self = .unknown
        }
    }
}
