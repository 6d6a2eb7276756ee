package import Bacalhau

/// What happens to a request's compute, and what is to be done.
extension JobMachine {
    package enum Event: Equatable, Sendable {
        /// Time to go on, after a start or a wait.
        case woke
        /// The name is unknown to the orchestrator.
        case notFound
        /// The same, where the orchestrator that the job went to is no longer in the settings and another was asked.
        case gone
        /// The orchestrator has a job of this name.
        case found(Sighting)
        /// What a submission came to.
        case submitted(Submission)
        /// The orchestrator has taken the order to stop, or says that there is nothing to stop.
        case stopTaken
        /// What was read of the file in which this answer stands.
        case fetched(JobAnswer, ResultFileContent)
        case fetchFailed(JobAnswer, FileFailure)
        /// Nothing is submitted for now: the circuit breaker is open.
        case held
        /// No usable answer; whatever was asked may have happened.
        case unavailable(retryAfter: Duration?)
    }

    /// A job as a look-up by name found it.
    package struct Sighting: Equatable, Sendable {
        package let jobID: String
        /// Whether its label names this request.
        package let isOurs: Bool
        package let verdict: JobVerdict
        /// What its last failed execution said.
        package let cause: String?
        /// Whether nothing of it runs any more.
        package let isOver: Bool
        /// The compute nodes that have taken it or, where none has, those that were given it.
        package let nodes: [String]

        package init(
            jobID: String,
            isOurs: Bool,
            verdict: JobVerdict,
            cause: String? = nil,
            isOver: Bool = true,
            nodes: [String] = []
        ) {
            self.jobID = jobID
            self.isOurs = isOurs
            self.verdict = verdict
            self.cause = cause
            self.isOver = isOver
            self.nodes = nodes
        }
    }

    package enum Action: Equatable, Sendable {
        /// Look this try's name up.
        case lookUp
        /// Send the stored body of this try.
        case submit
        case stop(jobID: String, reason: String)
        /// Read the published file in which this answer stands.
        case fetch(JobAnswer)
        case wake(at: Timestamp)
        /// The request has its answer.
        case answer(Answer)
    }
}
