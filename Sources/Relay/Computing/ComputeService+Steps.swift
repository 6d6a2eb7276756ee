internal import Bacalhau
internal import RelayCore
internal import RelayStore
internal import Telemetry

/// The steps of a request's compute as they are stored, each before anything is done about it.
extension ComputeService {
    /// A request in hand with what is known of its job beyond what is stored.
    struct RunningJob {
        var request: Request
        var machine: JobMachine
        var name: String
        var body: [UInt8]
        var placement: Orchestrators.Placement
        /// What keeps it waiting, if it is not the job itself: for people.
        var trouble: String?
        /// Why it gets no next try.
        var refusal: JobRefusal?
        /// Made since its last step was stored; they are stored with the next one.
        var calls: [JobCall] = []

        var orchestrator: Orchestrator { placement.orchestrator }

        /// The state that follows from the machine's phase.
        var state: RequestState {
            switch machine.phase {
            case .placing, .pausing: .accepted
            case .watching, .stopping: .submitted
            case .answered: .answered
            }
        }
    }

    /// The next try has a name and a body of its own, stored before anything is sent under it.
    func open(_ plan: JobPlan, _ job: inout RunningJob, after earlier: EarlierTry) async throws {
        // What may run on is what was left for another orchestrator.
        let isMove = earlier == .runsOn
        let left = job.orchestrator
        job.name = plan.name
        job.body = plan.body
        job.machine.follow(plan)
        let place = orchestrators.place(of: left)
        let choice = isMove ? .move(from: place) : OrchestratorChoice.next(after: job.placement.isSure ? place : nil)
        let orchestrator = orchestrators.choose(for: plan, choice, at: environment.now)
        job.placement = Orchestrators.Placement(orchestrator: orchestrator, isSure: true)
        var change = change(of: job, wakeAt: environment.now)
        change.newJob = newJob(plan, job.machine.attempt, orchestrator)
        change.newJob?.earlier = earlier
        change.event = isMove ? "moved" : "next try"
        change.detail = isMove ? moved(from: left, job) : plan.name
        do {
            try await record(change, of: &job)
        } catch {
            orchestrator.gate.withdraw(plan.name, at: environment.now)
            throw error
        }
        guard isMove else { return }
        left.setMayRunLeftTries(true)
        environment.counters.increment("jobs.moved")
        environment.log(for: job.request).warning(
            "job left for another orchestrator",
            [
                "job.name": job.name, "orchestrator.from": left.name, "orchestrator.to": orchestrator.name,
                "reason": job.trouble,
            ]
        )
    }

    private func moved(from left: Orchestrator, _ job: RunningJob) -> String {
        "\(job.name) at \(job.orchestrator.name); what \(left.name) may have of it counts for nothing"
            + (job.trouble.map { ": \($0)" } ?? "")
    }

    func wait(_ job: RunningJob, until at: Timestamp) async throws {
        var job = job
        var change = change(of: job, wakeAt: at)
        change.reason = job.trouble
        if change.from != change.to {
            change.event = change.to == .submitted ? "submitted" : "put off"
            change.detail = job.machine.jobID ?? job.name
            if change.to == .submitted {
                environment.log(for: job.request).info("job submitted", ["job.name": job.name])
            }
        }
        try await record(change, of: &job)
    }

    func finish(_ job: RunningJob, _ answer: Answer) async throws {
        var job = job
        let fitted = fitted(answer, to: job.request.observed)
        var change = change(of: job, wakeAt: Timestamp(milliseconds: 0))
        change.answer = fitted
        let why = job.refusal?.detail ?? [fitted.text, answer.note].compactMap(\.self).joined(separator: ": ")
        change.event = fitted.kind == .result ? "computed" : "failed"
        change.detail = fitted.kind == .result ? fitted.origin(answer.note) : why
        try await record(change, of: &job)
        environment.counters.increment(fitted.kind == .result ? "jobs.succeeded" : "jobs.failed")
        environment.log(for: job.request).info(
            "request answered",
            ["kind": fitted.kind.rawValue, "bytes": fitted.content.count, "source": fitted.source]
        )
        answered.signal()
    }

    private func change(of job: RunningJob, wakeAt: Timestamp) -> ComputingChange {
        var change = ComputingChange(
            request: job.request.id,
            from: job.request.state,
            to: job.state,
            machine: job.machine,
            jobID: job.machine.jobID,
            wakeAt: wakeAt
        )
        change.calls = job.calls
        return change
    }

    private func record(_ change: ComputingChange, of job: inout RunningJob) async throws {
        do {
            try await store.record(change, at: environment.now)
        } catch StoreError.outOfStep(let request, let expected) {
            // The request has moved on; what was done for it is told all the same.
            try await store.note(change.calls, of: request)
            throw StoreError.outOfStep(request: request, expected: expected)
        }
        job.request.state = change.to
        job.calls = []
    }
}
