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
    func advance(
        _ request: Request,
        _ machine: JobMachine,
        name: String,
        body: [UInt8],
        at placement: Orchestrators.Placement
    ) async throws {
        var job = RunningJob(request: request, machine: machine, name: name, body: body, placement: placement)
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
        let (before, name, orchestrator) = (job.machine, job.name, job.orchestrator)
        let actions = job.machine.apply(
            event,
            at: environment.now,
            limits: options.limits,
            elsewhere: job.machine.isSilence(event) && canGoElsewhere(job),
            aliveSince: startedAt
        )
        note(orchestrator.gate.saw(name, event, job.machine, at: environment.now), job)
        guard job.machine.attempt != before.attempt else { return actions }
        var earlier = EarlierTry.over
        if job.machine.busy != before.busy { earlier = .idle }
        if job.machine.moves != before.moves { earlier = .runsOn }
        let plan = JobPlan.make(
            for: job.request.observed,
            attempt: job.machine.attempt,
            context: context,
            isAdmitted: true
        )
        switch plan {
        case .success(let plan):
            try await open(plan, &job, after: earlier)
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

    // MARK: Acting

    private func perform(_ action: JobMachine.Action, of job: inout RunningJob) async throws -> JobMachine.Event {
        let orchestrator = job.orchestrator
        if case .submit = action, let reason = refusal(of: job.name, at: orchestrator) {
            job.trouble = reason
            return .held
        }
        if case .fetch(let answer) = action { return await fetch(answer, of: &job) }
        do {
            let event = try await call(action, of: &job)
            recovered(orchestrator)
            job.trouble = event.trouble
            return event
        } catch {
            failed(orchestrator, error)
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
            let submission = try await job.orchestrator.client.submit(body: job.body)
            environment.counters.increment("jobs.submitted")
            note(submission, at: job.orchestrator)
            job.calls.append(JobCall(submission, attempt: job.machine.attempt, at: environment.now))
            return .submitted(submission)
        case .stop(let jobID, let reason):
            try await job.orchestrator.client.stop(id: jobID, reason: reason)
            note(.stop, "taken: \(reason)", of: &job)
            return .stopTaken
        case .lookUp, .fetch, .wake, .answer:
            let snapshot = try await job.orchestrator.client.job(named: job.name)
            let isOurs = snapshot?.labels["lilypad-request"] == JobPlan.requestLabel(of: job.request.observed.hash)
            job.calls.append(
                JobCall(seen: snapshot, isOurs: isOurs, attempt: job.machine.attempt, at: environment.now)
            )
            guard let snapshot else { return job.placement.isSure ? .notFound : .gone }
            return .found(
                JobMachine.Sighting(
                    jobID: snapshot.id,
                    isOurs: isOurs,
                    verdict: JobVerdict.judge(
                        snapshot,
                        resultType: job.machine.resultType,
                        agreement: job.machine.agreement
                    ),
                    cause: JobVerdict.cause(of: snapshot).map { SafeText.line($0, limit: 400) },
                    isOver: snapshot.state.isTerminal
                )
            )
        }
    }

    // MARK: Storing

    /// The next try has a name and a body of its own, stored before anything is sent under it.
    private func open(_ plan: JobPlan, _ job: inout RunningJob, after earlier: EarlierTry) async throws {
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
        case .woke, .held, .notFound, .gone, .stopTaken, .unavailable, .fetched, .fetchFailed: nil
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
