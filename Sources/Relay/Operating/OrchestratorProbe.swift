internal import BacalhauAPI

/// Asks the orchestrator once a minute whether it is there: without requests nobody else would notice that it is gone.
struct OrchestratorProbe: Sendable {
    private static let interval: Duration = .seconds(60)

    let client: BacalhauClient
    let environment: ServiceEnvironment
    private let wakeup = Wakeup()

    init(client: BacalhauClient, environment: ServiceEnvironment) {
        self.client = client
        self.environment = environment
    }

    private struct Unwell: Error, CustomStringConvertible {
        let description = "the orchestrator says that it is not well"
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
            guard try await client.alive() else { throw Unwell() }
            environment.outages.recovered("orchestrator")
        } catch {
            environment.outages.failed("orchestrator", error)
        }
    }
}
