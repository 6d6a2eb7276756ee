internal import Bacalhau
internal import BacalhauAPI
internal import RelayStore
internal import Telemetry

/// Asks each orchestrator once a minute whether it is there: without requests nobody else would notice that it is gone.
struct OrchestratorProbe: Sendable {
    private static let interval: Duration = .seconds(60)
    /// Of a job that there is not: the question needs the same rights as those about jobs that there are.
    private static let name = "lilypad-probe"

    let orchestrators: [Orchestrator]
    let environment: ServiceEnvironment
    let leftTries: LeftTries
    private let wakeup = Wakeup()

    init(orchestrators: [Orchestrator], store: RelayStore, environment: ServiceEnvironment) {
        self.orchestrators = orchestrators
        self.environment = environment
        leftTries = LeftTries(store: store, environment: environment)
    }

    func run() async throws {
        environment.stop.wake(wakeup)
        while !environment.stop.isRequested {
            try await wakeup.next(within: Self.interval, of: environment.time)
            if environment.stop.isRequested { return }
            await withTaskGroup(of: Void.self) { group in
                for orchestrator in orchestrators {
                    group.addTask {
                        await look(at: orchestrator)
                        await stopLeftTries(at: orchestrator)
                    }
                }
            }
        }
    }

    private func look(at orchestrator: Orchestrator) async {
        do {
            try await vet(orchestrator)
            _ = try await orchestrator.client.job(named: Self.name)
            environment.outages.recovered(orchestrator.outage)
            orchestrator.answered()
            await orchestrator.listNodes(environment)
        } catch {
            environment.outages.failed(orchestrator.outage, error)
            orchestrator.isAway("\(error)")
        }
    }

    /// Where it is there, and may have some: what was left while it was away runs on, or comes back with it.
    private func stopLeftTries(at orchestrator: Orchestrator) async {
        guard orchestrators.count > 1, orchestrator.mayRunLeftTries, orchestrator.isReachable(at: environment.now)
        else {
            return
        }
        // A try that is left meanwhile sets it again.
        orchestrator.setMayRunLeftTries(false)
        do {
            try await leftTries.stop(at: orchestrator)
        } catch {
            orchestrator.setMayRunLeftTries(true)
            environment.log.debug(
                "jobs that were left could not be stopped",
                ["orchestrator": orchestrator.name, "error": "\(error)"]
            )
        }
    }

    /// Of one that did not answer at the start it is not known whether jobs may be sent to it.
    private func vet(_ orchestrator: Orchestrator) async throws {
        guard !orchestrator.isVetted else { return }
        let version = try await orchestrator.client.version()
        guard version.isSupported else {
            throw Preflight.Problem.oldServer(orchestrator: orchestrator.name, version: version.description)
        }
        orchestrator.setVetted(true)
    }
}
