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
        // First of all: a log that comes back while the job is being stopped must not take the stop for an answer.
        try await record(givingUp: request, wakeAt: environment.now + options.limits.slowestPoll)
        do {
            let label = JobPlan.requestLabel(of: request.observed.hash)
            if let job = try await client.job(named: item.jobName), job.labels["lilypad-request"] == label {
                try await client.stop(id: job.id, reason: "its request is no longer in the chain")
            }
            environment.outages.recovered("orchestrator")
        } catch {
            environment.outages.failed("orchestrator", error)
            return
        }
        try await record(givingUp: request, wakeAt: .distantFuture, event: "job given up")
        environment.counters.increment("jobs.givenUp")
        environment.log(for: request).info("job stopped: its request is no longer in the chain")
    }

    private func record(givingUp request: Request, wakeAt: Timestamp, event: String? = nil) async throws {
        var change = ComputingChange(
            request: request.id,
            from: .orphaned,
            to: .orphaned,
            reason: "its log is no longer in the chain",
            wakeAt: wakeAt,
            event: event
        )
        change.givesUpJob = true
        try await store.record(change, at: environment.now)
    }
}
