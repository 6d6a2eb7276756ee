internal import BacalhauAPI

/// Asks the orchestrator once a minute whether it is there: without requests nobody else would notice that it is gone.
struct OrchestratorProbe: Sendable {
    private static let interval: Duration = .seconds(60)
    /// Of a job that there is not: the question needs the same rights as those about jobs that there are.
    private static let name = "lilypad-probe"

    let client: BacalhauClient
    let environment: ServiceEnvironment
    private let wakeup = Wakeup()

    init(client: BacalhauClient, environment: ServiceEnvironment) {
        self.client = client
        self.environment = environment
    }

    func run() async throws {
        environment.stop.wake(wakeup)
        while !environment.stop.isRequested {
            try await wakeup.next(within: Self.interval, of: environment.time)
            if environment.stop.isRequested { return }
            await look()
        }
    }

    private func look() async {
        do {
            _ = try await client.job(named: Self.name)
            environment.outages.recovered("orchestrator")
        } catch {
            environment.outages.failed("orchestrator", error)
        }
    }
}
