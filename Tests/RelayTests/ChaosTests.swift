import RelayTestSupport
import Testing

/// Everything that can go wrong at once, drawn from a seed: afterwards every request has its one end.
///
/// A failure prints its seed and what happened; the same seed draws the same again.
@Suite(.serialized, .timeLimit(.minutes(30)))
struct ChaosTests {
    /// `LILYPAD_SEEDS=1000` for more of them, `LILYPAD_SEED=7` for one.
    static let seeds = SeedVariables.seeds(30)

    @Test(arguments: seeds)
    func closesEveryRequestOnceWhateverGoesWrong(seed: UInt64) async throws {
        let run = try ChaosRun(seed: seed)
        do {
            try await run.run()
        } catch {
            Issue.record("\(error)\n\(run.story)")
            return
        }
        try run.check()
    }
}
