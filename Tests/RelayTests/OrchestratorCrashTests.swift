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
        let steps = try await Self.steps()
        #expect(steps.contains("before PUT") && steps.contains("after commit"))
        var died = 0
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for (index, step) in steps.enumerated() {
                if index >= 8, try await group.next() == true { died += 1 }
                let occurrence = steps[...index].count { $0 == step }
                group.addTask {
                    let scene = try Scene()
                    let crash = CrashSwitch(at: step, occurrence: occurrence)
                    try await scene.run(crash)
                    try await scene.run(CrashSwitch())
                    scene.check("\(step) number \(occurrence)")
                    return crash.crash != nil
                }
            }
            for try await hasDied in group where hasDied { died += 1 }
        }
        #expect(died >= steps.count / 2, "\(died) of \(steps.count)")
    }

    private static func steps() async throws -> [String] {
        let scene = try Scene()
        let crash = CrashSwitch()
        try await scene.run(crash)
        scene.check("no crash")
        return crash.passed
    }
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
