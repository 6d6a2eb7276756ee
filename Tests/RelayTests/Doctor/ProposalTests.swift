import Relay
import RelayCore
import Testing

/// Settings are proposed where measured ones differ, and only there.
@Suite struct ProposalTests {
    @Test func proposesTheNarrowestNodesWindow() {
        let patient = Patient()
            .changing(0) { $0.window = .seen(LogWindow(accepted: 1_000, end: .refused(blocks: 2_000, words: "no"))) }
            .changing(1) { $0.window = .seen(LogWindow(accepted: 500, end: .refused(blocks: 1_000, words: "no"))) }

        #expect(proposed(patient) == ["chain.maxBlockRange": "500"])
    }

    @Test func proposesAWiderWindowWhereVeryFewBlocksAreSet() {
        var patient = Patient()
        patient.options.follow.window = 100

        #expect(proposed(patient) == ["chain.maxBlockRange": "10000"])
    }

    /// A short chain tells nothing of a node's limits.
    @Test func proposesNoWindowWhereNothingWasRefused() {
        let patient = Patient().changing(0) { $0.window = .seen(LogWindow(accepted: 30, end: .wholeChain)) }

        #expect(proposed(patient).isEmpty)
    }

    @Test(
        arguments: [
            (Duration.seconds(60), "4s"), (.milliseconds(100), "4s"), (.seconds(4), nil), (.seconds(12), nil),
        ] as [(Duration, String?)]
    )
    func proposesAnIntervalThatFitsTheBlocks(interval: Duration, proposal: String?) {
        var patient = Patient()
        patient.options.follow.pollInterval = interval

        #expect(proposed(patient)["chain.pollInterval"] == proposal)
    }

    @Test func proposesBlocksWhereATagIsNotToBeHad() {
        var patient = Patient().changing(0) { $0.finalized = .seen(nil) }.changing(1) { $0.finalized = .seen(nil) }
        patient.options.follow.settle = FinalityRule(tag: .finalized)

        // A quarter of an hour of 12-second blocks.
        #expect(proposed(patient) == ["chain.confirmations.settle": "75"])
    }

    @Test func proposesTheTagWhereBlocksAreOverAtOnce() {
        var patient = Patient()
        for place in 0..<2 {
            patient = patient.changing(place) { $0.blockTime = .seen(BlockTime(blocks: 250, seconds: 50)) }
        }
        patient.options.follow.settle = FinalityRule(blocks: 12)
        #expect(proposed(patient)["chain.confirmations.settle"] == "finalized")

        for place in 0..<2 { patient = patient.changing(place) { $0.finalized = .seen(nil) } }
        #expect(proposed(patient)["chain.confirmations.settle"] == "4500")
    }

    private func proposed(_ patient: Patient) -> [String: String] {
        Dictionary(patient.diagnosis.proposals.map { ($0.key, $0.value) }) { first, _ in first }
    }
}
