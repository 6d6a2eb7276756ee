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
        note(orchestrator.gate.saw(name, event, before, job.machine, body: job.body, at: environment.now), job)
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

    /// Whether a job that was found under this try's name is this request's, and as it was planned: one that an earlier
    /// database had submitted may be of other settings.
    private func isJob(_ snapshot: JobSnapshot, of job: RunningJob) -> Bool {
        guard snapshot.labels["lilypad-request"] == JobPlan.requestLabel(of: job.request.observed.hash) else {
            return false
        }
        guard case .placing = job.machine.phase, let stored = StoredJob(body: job.body) else { return true }
        return snapshot.isLike(stored)
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
            let isOurs = snapshot.map { isJob($0, of: job) } ?? false
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
                    isOver: snapshot.state.isTerminal,
                    nodes: snapshot.nodes
                )
            )
        }
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
