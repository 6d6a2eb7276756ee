internal import Bacalhau
internal import BacalhauAPI
internal import RelayCore
internal import RelayStore
internal import Telemetry

/// What calls show of an orchestrator, told once for all requests.
extension ComputeService {
    func newJob(_ plan: JobPlan, _ attempt: Int, _ orchestrator: Orchestrator) -> ComputingChange.NewJob {
        ComputingChange.NewJob(
            attempt: attempt,
            name: plan.name,
            body: plan.body,
            seconds: plan.computeSeconds,
            orchestrator: orchestrator.name
        )
    }

    /// The plan, unless no compute node can ever hold the job; nil while the nodes are listed for another request.
    ///
    /// A refusal goes on the chain and is for ever, so a node that has just joined is looked for.
    func sized(_ plan: Result<JobPlan, JobRefusal>) async -> Result<JobPlan, JobRefusal>? {
        guard case .success(let made) = plan, orchestrators.refusal(of: made, at: environment.now) != nil else {
            return plan
        }
        if orchestrators.haveOldLists(at: environment.now) {
            switch orchestrators.listing.turn(at: environment.now) {
            case .underWay: return nil
            case .over: break
            case .due: await listNodes()
            }
        }
        return orchestrators.refusal(of: made, at: environment.now).map { .failure($0) } ?? plan
    }

    private func listNodes() async {
        defer { orchestrators.listing.ended() }
        let now = environment.now
        await withTaskGroup(of: Void.self) { group in
            for orchestrator in orchestrators.all where orchestrator.isReachable(at: now) {
                group.addTask { [environment] in await orchestrator.listNodes(environment) }
            }
        }
    }

    func canGoElsewhere(_ job: RunningJob) -> Bool {
        guard orchestrators.hasOther(than: job.orchestrator, at: environment.now) else { return false }
        let plan = JobPlan.make(
            for: job.request.observed,
            attempt: job.machine.attempt,
            context: context,
            isAdmitted: true
        )
        // One that is refused now is refused elsewhere too, and there it is said.
        guard case .success(let plan) = plan else { return true }
        return orchestrators.hasOther(than: job.orchestrator, for: plan, at: environment.now)
    }

    func recovered(_ orchestrator: Orchestrator) {
        environment.outages.recovered(orchestrator.outage)
        orchestrator.answered()
    }

    func failed(_ orchestrator: Orchestrator, _ error: BacalhauError) {
        environment.outages.failed(orchestrator.outage, error)
        orchestrator.failed(error)
    }

    /// Why a job is not submitted now; nil where it is.
    func refusal(of name: String, at orchestrator: Orchestrator) -> String? {
        guard orchestrator.isVetted else { return "the version of the orchestrator is not known yet, or too old" }
        guard !orchestrator.gate.permits(name, at: environment.now) else { return nil }
        environment.outages.failed(orchestrator.computeNode, nodeFailure)
        return "\(nodeFailure)"
    }

    /// A compute node that takes no jobs looks well to everybody else.
    func note(_ change: CircuitBreaker.Change, _ job: RunningJob) {
        switch change {
        case .none: break
        case .opened:
            environment.counters.increment("jobs.circuitOpened")
            environment.log(for: job.request).error(
                "a compute node does not take a job: nothing more is submitted",
                ["job.name": job.name, "orchestrator": job.orchestrator.name]
            )
            environment.outages.failed(job.orchestrator.computeNode, nodeFailure)
        case .closed:
            environment.outages.recovered(job.orchestrator.computeNode)
        case .silent(let node):
            environment.outages.failed(job.orchestrator.computeNode(node), silence)
        case .heard(let node):
            environment.outages.recovered(job.orchestrator.computeNode(node))
        }
    }

    private var silence: SubmissionFailure {
        SubmissionFailure(
            description:
                "it does not take a job that it was given \(options.breaker.patience.components.seconds) s ago, while"
                + " others take newer ones: restart its Bacalhau"
        )
    }

    private var nodeFailure: SubmissionFailure {
        SubmissionFailure(
            description: "a compute node does not take a job that it was given"
                + " \(options.breaker.patience.components.seconds) s ago, and none that is newer has been taken: nothing is"
                + " submitted but one job at a time, to find out. Where these are not taken either, restart that node's Bacalhau"
        )
    }

    /// An orchestrator may answer all else and take no jobs, which has to be said; once for all requests.
    func note(_ submission: Submission, at orchestrator: Orchestrator) {
        switch submission {
        case .unknown(let text):
            // It may be this body's fault, so it is no outage as long as others are taken.
            environment.outages.failed(orchestrator.submission, SubmissionFailure(description: text))
        case .denied(let text):
            let words = "the orchestrator denies access: \(text)"
            environment.outages.failed(orchestrator.submissions, SubmissionFailure(description: words))
            orchestrator.denied(words, at: environment.now)
        case .busy: break
        case .created, .alreadyExists, .refused:
            environment.outages.recovered(orchestrator.submissions)
            environment.outages.recovered(orchestrator.submission)
            orchestrator.tookAJob()
        }
    }

    private struct SubmissionFailure: Error, CustomStringConvertible {
        let description: String
    }
}
