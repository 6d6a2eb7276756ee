internal import Bacalhau
internal import BacalhauAPI
internal import RelayCore
internal import RelayStore
internal import Telemetry

extension ComputeService {
    /// Actions in a row without a wait: an orchestrator that sends us round in circles is put off.
    private static let stepLimit = 12

    /// Takes an event, applies it, stores where something must outlive a crash, performs: until there is a wait or an
    /// answer.
    func advance(_ request: Request, _ machine: JobMachine, name: String, body: [UInt8]) async throws {
        var job = RunningJob(request: request, machine: machine, name: name, body: body)
        var actions = try await apply(.woke, to: &job)
        var steps = 0
        while let action = actions.first {
            switch action {
            case .wake(let at): return try await wait(job, until: at)
            case .answer(let answer): return try await finish(job, answer)
            case .lookUp, .submit, .stop, .fetch: break
            }
            steps += 1
            let event: JobMachine.Event
            if steps <= Self.stepLimit {
                event = try await perform(action, of: &job)
            } else {
                event = .unavailable(retryAfter: nil)
                job.trouble = "the orchestrator's answers lead nowhere"
            }
            actions = try await apply(event, to: &job)
        }
    }

    /// Applies an event; a try that it opens is stored before anything is sent under its name.
    private func apply(_ event: JobMachine.Event, to job: inout RunningJob) async throws -> [JobMachine.Action] {
        let (before, name) = (job.machine.attempt, job.name)
        let actions = job.machine.apply(event, at: environment.now, limits: options.limits)
        note(submissions.saw(name, event, job.machine, at: environment.now), job.request, name)
        guard job.machine.attempt != before else { return actions }
        let plan = JobPlan.make(
            for: job.request.observed,
            attempt: job.machine.attempt,
            context: context,
            isAdmitted: true
        )
        switch plan {
        case .success(let plan):
            try await open(plan, &job)
            return actions
        case .failure(let refusal):
            // The settings have become stricter since it was accepted.
            job.refusal = refusal
            return job.machine.refuse(refusal)
        }
    }

    /// A request in hand with what is known of its job beyond what is stored.
    struct RunningJob {
        var request: Request
        var machine: JobMachine
        var name: String
        var body: [UInt8]
        /// What keeps it waiting, if it is not the job itself: for people.
        var trouble: String?
        /// Why it gets no next try.
        var refusal: JobRefusal?
        /// Made since its last step was stored; they are stored with the next one.
        var calls: [JobCall] = []

        /// The state that follows from the machine's phase.
        var state: RequestState {
            switch machine.phase {
            case .placing, .pausing: .accepted
            case .watching, .stopping: .submitted
            case .answered: .answered
            }
        }
    }

    // MARK: Acting

    private func perform(_ action: JobMachine.Action, of job: inout RunningJob) async throws -> JobMachine.Event {
        if case .submit = action, !submissions.permits(job.name, at: environment.now) {
            job.trouble = "\(nodeFailure)"
            environment.outages.failed(Self.computeNode, nodeFailure)
            return .held
        }
        if case .fetch(let answer) = action { return await fetch(answer, of: &job) }
        do {
            let event = try await call(action, of: &job)
            environment.outages.recovered("orchestrator")
            job.trouble = event.trouble
            return event
        } catch {
            environment.outages.failed("orchestrator", error)
            note(action.call, "\(error)", of: &job)
            job.trouble = "\(error)"
            return .unavailable(retryAfter: error.retryAfter.map { .seconds($0) })
        }
    }

    private func call(
        _ action: JobMachine.Action,
        of job: inout RunningJob
    ) async throws(BacalhauError) -> JobMachine.Event {
        switch action {
        case .submit:
            let submission = try await client.submit(body: job.body)
            environment.counters.increment("jobs.submitted")
            note(submission)
            job.calls.append(JobCall(submission, attempt: job.machine.attempt, at: environment.now))
            return .submitted(submission)
        case .stop(let jobID, let reason):
            try await client.stop(id: jobID, reason: reason)
            note(.stop, "taken: \(reason)", of: &job)
            return .stopTaken
        case .lookUp, .fetch, .wake, .answer:
            let snapshot = try await client.job(named: job.name)
            let isOurs = snapshot?.labels["lilypad-request"] == JobPlan.requestLabel(of: job.request.observed.hash)
            job.calls.append(
                JobCall(seen: snapshot, isOurs: isOurs, attempt: job.machine.attempt, at: environment.now)
            )
            guard let snapshot else { return .notFound }
            return .found(
                JobMachine.Sighting(
                    jobID: snapshot.id,
                    isOurs: isOurs,
                    verdict: JobVerdict.judge(
                        snapshot,
                        resultType: job.machine.resultType,
                        agreement: job.machine.agreement
                    ),
                    cause: JobVerdict.cause(of: snapshot).map { SafeText.line($0, limit: 400) }
                )
            )
        }
    }

    /// A compute node that takes no jobs looks well to everybody else.
    func note(_ change: CircuitBreaker.Change, _ request: Request, _ name: String) {
        switch change {
        case .none: break
        case .opened:
            environment.counters.increment("jobs.circuitOpened")
            environment.log(for: request).error(
                "a compute node does not take a job: nothing more is submitted",
                ["job.name": name]
            )
            environment.outages.failed(Self.computeNode, nodeFailure)
        case .closed:
            environment.outages.recovered(Self.computeNode)
        }
    }

    private static let computeNode = "compute node"

    private var nodeFailure: SubmissionFailure {
        SubmissionFailure(
            description: "a compute node does not take a job that it was given"
                + " \(options.breaker.patience.components.seconds) s ago, and takes none after it: nothing is submitted but"
                + " one job now and then, to find out. Restart that node's Bacalhau"
        )
    }

    /// An orchestrator may answer all else and take no jobs, which has to be said; once for all requests.
    private func note(_ submission: Submission) {
        switch submission {
        case .unknown(let text):
            // It may be this body's fault, so it is no outage as long as others are taken.
            environment.outages.failed(Outages.submission, SubmissionFailure(description: text))
        case .denied(let text):
            let failure = SubmissionFailure(description: "the orchestrator denies access: \(text)")
            environment.outages.failed(Self.submissions, failure)
        case .busy: break
        case .created, .alreadyExists, .refused:
            environment.outages.recovered(Self.submissions)
            environment.outages.recovered(Outages.submission)
        }
    }

    private static let submissions = "submission of jobs"

    private struct SubmissionFailure: Error, CustomStringConvertible {
        let description: String
    }

    // MARK: Storing

    /// The next try has a name and a body of its own, stored before anything is sent under it.
    private func open(_ plan: JobPlan, _ job: inout RunningJob) async throws {
        job.name = plan.name
        job.body = plan.body
        job.machine.follow(plan)
        var change = change(of: job, wakeAt: environment.now)
        change.newJob = ComputingChange.NewJob(plan, attempt: job.machine.attempt)
        change.event = "next try"
        change.detail = plan.name
        try await record(change, of: &job)
    }

    private func wait(_ job: RunningJob, until at: Timestamp) async throws {
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

    private func finish(_ job: RunningJob, _ answer: Answer) async throws {
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

extension JobMachine.Event {
    /// Why it goes no further, in the orchestrator's words; nil where all is well.
    fileprivate var trouble: String? {
        switch self {
        case .submitted(.denied(let text)): "the orchestrator denies access: \(text)"
        case .submitted(.unknown(let text)): text
        case .submitted(.busy): "the orchestrator is busy"
        case .found(let sighting): sighting.trouble
        case .woke, .held, .notFound, .stopTaken, .unavailable, .fetched, .fetchFailed: nil
        case .submitted(.created), .submitted(.alreadyExists), .submitted(.refused): nil
        }
    }
}

extension JobMachine.Sighting {
    fileprivate var trouble: String? {
        guard isOurs else { return "the job's name is taken by another job" }
        return switch verdict {
        case .busy(let text): text
        case .passing(let failure): failure.reason
        case .lost: "the orchestrator has lost the job"
        case .running, .answer, .failed, .stopped: nil
        }
    }
}
