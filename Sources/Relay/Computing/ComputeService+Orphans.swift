internal import Bacalhau
internal import BacalhauAPI
internal import RelayCore
internal import RelayStore
internal import Telemetry

extension ComputeService {
    /// Stops the job of a request whose log is gone and has not come back in time: it would cost compute for nothing.
    ///
    /// Should the log come back later, the request takes the next name (design D5).
    func giveUp(_ item: ComputingItem) async throws {
        let request = item.request
        let orchestrator = orchestrators.placement(item.orchestrator).orchestrator
        // First of all: a log that comes back while the job is being stopped must not take the stop for an answer.
        try await record(givingUp: request, wakeAt: environment.now + options.limits.slowestPoll)
        var calls: [JobCall] = []
        func note(_ kind: JobCall.Kind, _ outcome: String) {
            calls.append(JobCall(kind, attempt: item.machine.attempt, outcome: outcome, at: environment.now))
        }
        do {
            let label = JobPlan.requestLabel(of: request.observed.hash)
            let job = try await orchestrator.client.job(named: item.jobName)
            let isOurs = job?.labels["lilypad-request"] == label
            calls.append(JobCall(seen: job, isOurs: isOurs, attempt: item.machine.attempt, at: environment.now))
            if let job, isOurs {
                try await orchestrator.client.stop(id: job.id, reason: "its request is no longer in the chain")
                note(.stop, "taken: its request is no longer in the chain")
            }
            recovered(orchestrator)
        } catch {
            failed(orchestrator, error)
            note(calls.isEmpty ? .lookUp : .stop, "\(error)")
            return try await store.note(calls, of: request.id)
        }
        try await record(givingUp: request, wakeAt: .distantFuture, event: "job given up", calls: calls)
        environment.counters.increment("jobs.givenUp")
        environment.log(for: request).info("job stopped: its request is no longer in the chain")
    }

    private func record(
        givingUp request: Request,
        wakeAt: Timestamp,
        event: String? = nil,
        calls: [JobCall] = []
    ) async throws {
        var change = ComputingChange(
            request: request.id,
            from: .orphaned,
            to: .orphaned,
            reason: "its log is no longer in the chain",
            wakeAt: wakeAt,
            event: event
        )
        change.givesUpJob = true
        change.calls = calls
        try await store.record(change, at: environment.now)
    }
}
