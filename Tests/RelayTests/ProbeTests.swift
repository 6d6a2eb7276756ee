import JSON
import RelayStore
import RelayTestSupport
import Telemetry
import Testing

/// Without a request nobody would notice that the orchestrator is gone.
@Suite(.timeLimit(.minutes(1)))
struct ProbeTests {
    @Test func noticesThatTheOrchestratorIsGoneAndThatItIsBack() async throws {
        let world = try RelayWorld()
        try await world.run(
            onReady: { world.bacalhau.setOutage(.refused) },
            until: { try unreachable(world) == ["orchestrator"] }
        )
        world.bacalhau.setOutage(nil)
        try await world.run { try unreachable(world) == [] }
        #expect(world.log.messages.contains("not reachable"))
    }

    private func unreachable(_ world: RelayWorld) throws -> [String]? {
        let report = try StoreView(path: world.database).overview().report
        let tree = try report.map { try JSONValue.parse(Array($0.json.utf8)) }
        return tree?["unreachable"]?.array?.compactMap(\.string)
    }
}
