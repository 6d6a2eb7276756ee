internal import RelayCore

/// What is told of the calls to the orchestrator, beside what follows from them.
extension ComputeService {
    func note(_ kind: JobCall.Kind, _ outcome: String, of job: inout RunningJob) {
        job.calls.append(JobCall(kind, attempt: job.machine.attempt, outcome: outcome, at: environment.now))
    }
}

extension JobMachine.Action {
    /// The call that it makes.
    var call: JobCall.Kind {
        switch self {
        case .submit: .submit
        case .stop: .stop
        case .fetch: .fetch
        case .lookUp, .wake, .answer: .lookUp
        }
    }
}
