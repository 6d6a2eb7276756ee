import RelayTestSupport
import Testing

@Suite(.timeLimit(.minutes(3)))
struct ModuleFuzzTests {
    /// Whatever is accepted is the template but for its placeholders; 80,000 in a long run.
    @Test(arguments: [UInt64(0), 1, 2, 3])
    func expandsNothingButPlaceholders(part: UInt64) {
        let rounds = FuzzRounds.count(20_000)
        var accepted = 0
        for round in 0..<UInt64(rounds) {
            let seed = part << 32 | round
            let outcome = ModuleFuzz.expansion(seed: seed)
            if let failure = outcome.failure { Issue.record("seed \(seed): \(failure)") }
            accepted += outcome.isAccepted ? 1 : 0
        }
        #expect(accepted > rounds / 4, "\(accepted) of \(rounds) were accepted: too few to show anything")
    }

    /// Whatever is accepted is written and read as the same call; 80,000 in a long run.
    @Test(arguments: [UInt64(4), 5, 6, 7])
    func readsWhatItWrites(part: UInt64) {
        let rounds = FuzzRounds.count(20_000)
        var accepted = 0
        for round in 0..<UInt64(rounds) {
            let seed = part << 32 | round
            let outcome = ModuleFuzz.call(seed: seed)
            if let failure = outcome.failure { Issue.record("seed \(seed): \(failure)") }
            accepted += outcome.isAccepted ? 1 : 0
        }
        #expect(accepted > rounds / 4, "\(accepted) of \(rounds) were accepted: too few to show anything")
    }
}
