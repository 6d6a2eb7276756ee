import RelayCore
import RelayStore
import RelayTestSupport
import Testing
import Transport

/// The relayer dies at each step of a move from one orchestrator to the other, and is started again: no name is sent to
/// both, and each request is answered once.
@Suite(.timeLimit(.minutes(10)))
struct OrchestratorCrashTests {
    @Test func movesOnceWhateverTheStepItDiesAt() async throws {
        let quiet = try Scene()
        try await quiet.run(CrashSwitch())
        quiet.check("no crash")

        let died = try await CrashSwitch.dieAtEachPoint(kinds: Self.kinds) { crash in
            let scene = try Scene()
            try await scene.run(crash)
            try await scene.run(CrashSwitch())
            scene.check(crash.account)
        }

        #expect(Self.kinds.isSubset(of: Set(died)), "\(Self.kinds.subtracting(died))")
    }

    private static let kinds: Set<String> = [
        "before commit", "after commit", "before PUT", "after PUT", "before GET", "after GET",
        "before eth_sendRawTransaction", "after eth_sendRawTransaction",
    ]
}

/// The first takes a job and dies before it says so.
private struct Scene {
    let world: RelayWorld
    let spare: FakeBacalhau
    let request: FakeRequest

    init() throws {
        let (made, spare) = try OrchestratorsTests.world()
        var world = made
        world.bacalhauWire = DyingServer(world.bacalhau, dyingAt: .put)
        self.world = world
        self.spare = spare
        request = world.chain.request(spec: RelayWorld.spec)
    }

    func run(_ crash: CrashSwitch) async throws {
        try await world.run(crash: crash) { try world.allSettled([request]) && world.allClosed() }
    }

    func check(_ comment: String) {
        #expect(world.chain.effectiveSettlements(of: request.jobID).count == 1, "\(comment)")
        #expect(world.chain.revertedTransactions(of: world.account.address).isEmpty, "\(comment)")
        let (here, there) = (world.bacalhau.jobs.map(\.name), spare.jobs.map(\.name))
        #expect(Set(here).isDisjoint(with: there), "\(comment): \(here) \(there)")
        #expect(here.count == 1 && there.count == 1, "\(comment): \(here) \(there)")
        #expect((world.bacalhau.jobs + spare.jobs).allSatisfy { $0.version == 1 }, "\(comment)")
    }
}
