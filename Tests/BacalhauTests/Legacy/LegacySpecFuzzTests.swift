import RelayTestSupport
import Testing

@Suite struct LegacySpecFuzzTests {
    @Test(.timeLimit(.minutes(3))) func nothingIsReadWrongly() {
        let seeds = UInt64(0)..<UInt64(FuzzRounds.count(50_000))
        var accepted = 0
        for seed in seeds {
            let text = LegacySpecFuzz.text(seed: seed)
            if let problem = LegacySpecFuzz.problem(with: text) {
                Issue.record("seed \(seed): \(problem): \(String(decoding: text, as: UTF8.self))")
            }
            if LegacySpecFuzz.isAccepted(text) { accepted += 1 }
        }
        // Otherwise the draw would say little about what is taken.
        #expect(accepted > seeds.count / 8)
    }
}
