import JSON
import RelayStore
import RelayTestSupport
import Telemetry
import Testing
import Transport

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

    /// Each is asked, and told by its name where it is not the first.
    @Test func saysHowEachOrchestratorDoes() async throws {
        var world = try RelayWorld()
        let spare = FakeBacalhau(time: world.time) { _ in .prints("spare\n") }
        world.spares = [("spare", spare)]
        let made = world
        try await made.run(
            onReady: { spare.setOutage(.refused) },
            until: {
                try unreachable(made) == ["orchestrator spare"]
                    && states(made) == ["main": "ok", "spare": "unreachable"]
            }
        )
        spare.setOutage(nil)
        try await made.run { try unreachable(made) == [] && states(made) == ["main": "ok", "spare": "ok"] }
        spare.setNodeConnected(false)
        try await made.run { try states(made) == ["main": "ok", "spare": "noComputeNode"] }
    }

    private func states(_ world: RelayWorld) throws -> [String: String] {
        let all = try report(world)?["orchestrators"]?.array ?? []
        let pairs = all.compactMap { each in
            each["orchestrator"]?.string.flatMap { name in each["state"]?.string.map { (name, $0) } }
        }
        return Dictionary(pairs) { first, _ in first }
    }

    @Test func reportsWhatIsWrongWithEachNodeAndUntilWhenItRests() async throws {
        let world = try RelayWorld()
        try await world.run(
            onReady: {
                world.chain.setManners("chain.test") { manners in
                    let headers = [HTTPRequest.Header("Retry-After", "50")]
                    let answer = HTTPResponse(status: 429, headers: headers, body: Array("slow down".utf8))
                    manners.fault = Fault(.answer(answer), takesEffect: false)
                }
            },
            until: { try node(world)?["restsUntil"] != nil }
        )
        let resting = try #require(try node(world))
        #expect(resting["state"]?.string == "resting")
        #expect(resting["lastError"]?["text"]?.string?.contains("HTTP status 429: slow down") == true)
        #expect(resting["lastError"]?["at"]?.string?.hasSuffix("Z") == true)

        world.chain.setManners("chain.test") { $0.fault = nil }
        try await world.run { try node(world)?["state"]?.string == "fit" }
    }

    private func unreachable(_ world: RelayWorld) throws -> [String]? {
        try report(world)?["unreachable"]?.array?.compactMap(\.string)
    }

    private func node(_ world: RelayWorld) throws -> JSONValue? { try report(world)?["nodes"]?.array?.first }

    private func report(_ world: RelayWorld) throws -> JSONValue? {
        try StoreView(path: world.database).overview().report.map { try JSONValue.parse(Array($0.json.utf8)) }
    }
}
