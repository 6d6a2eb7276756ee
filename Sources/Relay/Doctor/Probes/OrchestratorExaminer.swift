internal import Bacalhau
internal import BacalhauAPI
internal import Transport

/// Looks at the orchestrator.
struct OrchestratorExaminer: Sendable {
    /// Failed where not even its key could be read.
    let place: Observed<OrchestratorPlace>
    let section: String
    let runsJob: Bool
    let time: any TimeSource

    func look() async -> OrchestratorExamination {
        guard case .seen(let place) = place else {
            var seen = OrchestratorExamination(version: .failed(place.failure ?? ""))
            seen.section = section
            seen.secret = "\(section).apiKeyFile or \(section).passwordFile"
            seen.isUnusable = true
            return seen
        }
        let client = place.client
        var seen = await version(of: client)
        seen.section = section
        seen.secret = place.secret
        guard seen.version.value != nil else { return seen }
        seen.nodes = await observe(within: Self.limit, time) { try await client.nodes() }
        // Of a job that there is not: the question needs the same rights as those about jobs that there are.
        seen.rights = await observe(within: Self.limit, time) {
            _ = try await client.job(named: "lilypad-probe")
            return true
        }
        guard runsJob else { return seen }
        let nodes = (seen.nodes?.value ?? []).filter(\.isUsable)
        seen.hello = await HelloJob(client: client, engines: Set(nodes.flatMap(\.engines)), time: time).run()
        return seen
    }

    private func version(of client: BacalhauClient) async -> OrchestratorExamination {
        let answer = await observe(within: Self.limit, time) { () -> Result<ServerVersion, BacalhauError> in
            do throws(BacalhauError) {
                return .success(try await client.version())
            } catch {
                return .failure(error)
            }
        }
        switch answer {
        case .seen(.success(let version)): return OrchestratorExamination(version: .seen(version))
        case .failed(let reason): return OrchestratorExamination(version: .failed(reason))
        case .seen(.failure(let error)):
            var seen = OrchestratorExamination(version: .failed(words(error)))
            if case .transport(.badRequest) = error.kind { seen.isUnusable = true }
            return seen
        }
    }

    private static let limit: Duration = .seconds(15)
}
