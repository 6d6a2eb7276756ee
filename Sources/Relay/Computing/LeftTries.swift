internal import Bacalhau
internal import BacalhauAPI
internal import RelayCore
internal import RelayStore
internal import Telemetry

/// Stops what an orchestrator still runs of tries that were left: it would cost compute for nothing.
struct LeftTries: Sendable {
    /// Older ones are over: their own time-outs have ended them.
    private static let memory: Duration = .seconds(86_400)

    let store: RelayStore
    let environment: ServiceEnvironment

    /// Throws where the orchestrator does not answer: then the rest is for later.
    func stop(at orchestrator: Orchestrator) async throws {
        for left in try await store.leftTries(at: orchestrator.name, since: environment.now - Self.memory) {
            if environment.stop.isRequested { return }
            try await stop(left, at: orchestrator.client)
        }
    }

    private func stop(_ left: LeftTry, at client: BacalhauClient) async throws {
        let label = JobPlan.requestLabel(of: left.requestHash)
        guard let job = try await client.job(named: left.jobName), job.labels["lilypad-request"] == label,
            !job.state.isTerminal
        else { return }
        let reason = "its request has gone on without it"
        try await client.stop(id: job.id, reason: reason)
        let calls = [
            JobCall(seen: job, attempt: left.attempt, at: environment.now),
            JobCall(.stop, attempt: left.attempt, outcome: "taken: \(reason)", at: environment.now),
        ]
        try await store.note(calls, of: left.request)
        environment.counters.increment("jobs.leftStopped")
        environment.log.info("job stopped that its request had left", ["job.name": left.jobName])
    }
}
