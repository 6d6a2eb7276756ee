import RelayCore
import RelayStore
import RelayTestSupport
import Testing

/// The process dies before or after each commit and each call, and is started again: one job and one effective
/// settlement for each request, whatever the step.
@Suite(.timeLimit(.minutes(10)))
struct CrashTests {
    /// `LILYPAD_SEEDS=1000` for more of them, `LILYPAD_SEED=7` for one.
    static let seeds = SeedVariables.seeds(20)

    @Test(arguments: seeds)
    func leavesOneJobAndOneSettlementAtEveryStep(seed: UInt64) async throws {
        try await Self.liveWithoutACrash(seed: seed)

        // Each life has a world of its own; several at a time, since each mostly waits for its disk.
        let died = try await CrashSwitch.dieAtEachPoint(kinds: Self.kinds) { crash in
            try await Self.dieAndStartAgain(seed: seed, crash)
        }

        #expect(Self.kinds.isSubset(of: Set(died)), "\(Self.kinds.subtracting(died))")
    }

    private static let kinds: Set<String> = [
        "before commit", "after commit", "before PUT", "after PUT", "before GET", "after GET", "before eth_getLogs",
        "after eth_getLogs", "before eth_sendRawTransaction", "after eth_sendRawTransaction",
        "before eth_getTransactionReceipt", "after eth_getTransactionReceipt",
    ]

    private static func dieAndStartAgain(seed: UInt64, _ crash: CrashSwitch) async throws {
        let scenario = try Scenario(seed: seed)
        try await scenario.world.run(crash: crash) { try scenario.isOver() }
        try await scenario.world.run { try scenario.isOver() }
        scenario.check("seed \(seed): \(crash.account)")
    }

    private static func liveWithoutACrash(seed: UInt64) async throws {
        let scenario = try Scenario(seed: seed)
        try await scenario.world.run { try scenario.isOver() }
        scenario.check("seed \(seed), no crash")
    }
}

/// What a seed draws: how many requests, how they end, how long that takes.
private struct Scenario {
    let world: RelayWorld
    let requests: [FakeRequest]

    init(seed: UInt64) throws {
        var chance = SeededGenerator(seed: seed)
        let outcomes = (0..<3).map { _ in Self.outcome(&chance) }
        world = try RelayWorld(
            start: UInt64.random(in: 1...2, using: &chance),
            settle: UInt64.random(in: 1...3, using: &chance),
            receipt: UInt64.random(in: 1...3, using: &chance)
        ) { submission in
            let number = Int(submission.name.utf8.reduce(0) { $0 &+ UInt64($1) } % UInt64(outcomes.count))
            return outcomes[number]
        }
        if Bool.random(using: &chance) {
            requests = world.chain.requests(specs: [RelayWorld.spec, RelayWorld.spec])
        } else {
            requests = [world.chain.request(spec: RelayWorld.spec, resultType: UInt8.random(in: 0...3, using: &chance))]
        }
    }

    private static func outcome(_ chance: inout SeededGenerator) -> FakeJobScript {
        let duration = Duration.milliseconds(Int64.random(in: 0...4_000, using: &chance))
        switch Int.random(in: 0..<4, using: &chance) {
        case 0: return FakeJobScript(.traps("wasm error: unreachable"), after: duration)
        case 1: return FakeJobScript(.completes(FakeRun(stderr: "oh", exitCode: 3)), after: duration)
        default: return FakeJobScript(.completes(FakeRun(stdout: "hello\n")), after: duration)
        }
    }

    func isOver() throws -> Bool { try world.allSettled(requests) && world.allClosed() }

    func check(_ comment: String) {
        for request in requests {
            #expect(world.chain.effectiveSettlements(of: request.jobID).count == 1, "\(comment)")
        }
        #expect(world.chain.revertedTransactions(of: world.account.address).isEmpty, "\(comment)")
        #expect(world.bacalhau.jobs.count == requests.count, "\(comment)")
        #expect(world.bacalhau.jobs.allSatisfy { $0.version == 1 }, "\(comment)")
    }
}
