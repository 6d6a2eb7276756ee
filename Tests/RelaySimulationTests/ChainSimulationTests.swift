import RelaySimulation
import RelayTestSupport
import Testing

/// A chain that forks and nodes that lie, lag and fail, drawn from a seed: what the follower has stored in the end is what
/// is in the chain, each request once, none invented.
@Suite(.timeLimit(.minutes(30)))
struct ChainSimulationTests {
    /// `LILYPAD_SEEDS=10000` for more of them, `LILYPAD_START=123456` for others, `LILYPAD_SEED=7` for one.
    private static let seeds = SeedVariables.seeds(2_000)

    @Test func storesWhatIsInTheChainWhateverTheNodesSay() async throws {
        let simulation = try await ChainSimulation()
        var sum = SimulationSum()
        await simulation.run(Self.seeds) { report in
            sum.add(report)
            #expect(report.isSound, "\(report.failures)\nreplay: make simulate SEEDS=1 START=\(report.seed)")
        }

        // What is not met is not tested.
        guard Self.seeds.count >= 500 else { return }
        #expect(sum.unmet.isEmpty, "\(sum)")
    }

    @Test(arguments: [3, 14, 159] as [UInt64])
    func playsTheSameSeedTheSameWay(seed: UInt64) async throws {
        let simulation = try await ChainSimulation()

        let first = await simulation.run(seed: seed, keepsTrace: true)
        let second = await simulation.run(seed: seed, keepsTrace: true)

        #expect(first.trace.count > 100)
        #expect(first.trace == second.trace)
    }

    /// The follower dies in place of each commit and right after it, and is started again.
    @Test(arguments: SeedVariables.seeds(12))
    func survivesItsDeathAtEveryCommit(seed: UInt64) async throws {
        let simulation = try await ChainSimulation()
        let commits = await simulation.run(seed: seed).commits

        for number in 1...max(1, min(commits, 60)) {
            for death in [SimulatedDeath.beforeCommit(number), .afterCommit(number)] {
                let report = await simulation.run(seed: seed, dying: death)
                #expect(report.isSound, "seed \(seed), death \(death): \(report.failures)")
            }
        }
    }
}
