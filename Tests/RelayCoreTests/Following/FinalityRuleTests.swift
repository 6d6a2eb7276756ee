import Ethereum
import RelayCore
import Testing

@Suite struct FinalityRuleTests {
    /// Links at every tenth block up to the head, twelve seconds a block.
    private static let links = (0...100).map { ChainSample.link(UInt64($0) * 10) }
    private static let head = ChainSample.head(1_000)

    private func release(
        _ rule: FinalityRule,
        head: BlockHeader = head,
        tagged: UInt64? = nil,
        links: [ChainLink] = links
    ) -> Release? {
        rule.release(head: head, tagged: tagged, links: links)
    }

    // MARK: Each part alone

    @Test(
        arguments: [
            (1, 1_000, "1 block"), (2, 999, "2 blocks"), (64, 937, "64 blocks"), (1_000, 1, "1000 blocks"),
            (1_001, 0, "1001 blocks"), (0, 1_000, "0 blocks"),
        ] as [(UInt64, UInt64, String)]
    )
    func releasesByBlocks(blocks: UInt64, number: UInt64, rule: String) {
        #expect(release(FinalityRule(blocks: blocks)) == Release(number: number, rule: rule))
    }

    @Test(arguments: [1_002, 5_000, .max] as [UInt64])
    func releasesNothingWhereTheHeadIsBelowTheDepth(blocks: UInt64) {
        #expect(release(FinalityRule(blocks: blocks)) == nil)
    }

    /// A time is found at a link, never above the block that is old enough.
    @Test(arguments: [(1, 990), (119, 990), (120, 990), (121, 980), (900, 920), (12_000, 0)] as [(UInt64, UInt64)])
    func releasesByTimeAtALink(seconds: UInt64, number: UInt64) {
        #expect(release(FinalityRule(seconds: seconds)) == Release(number: number, rule: "\(seconds) s"))
    }

    @Test(arguments: [12_001, .max] as [UInt64])
    func releasesNothingThatIsTooYoung(seconds: UInt64) {
        #expect(release(FinalityRule(seconds: seconds)) == nil)
        #expect(release(FinalityRule(seconds: 60), links: [ChainSample.link(999)]) == nil)
        #expect(release(FinalityRule(seconds: 60), links: []) == nil)
    }

    /// A node that lags shows an earlier head: what lies above it is not released by it.
    @Test func releasesNoLinkAboveTheHead() {
        let links = [ChainSample.link(10), ChainSample.link(1_200, timestamp: 200)]
        #expect(release(FinalityRule(seconds: 60), links: links)?.number == 10)
    }

    @Test(arguments: FinalityRule.Tag.allCases)
    func releasesByTag(tag: FinalityRule.Tag) {
        #expect(release(FinalityRule(tag: tag), tagged: 936) == Release(number: 936, rule: tag.rawValue))
    }

    /// The node lags behind the one that told the tag, and may be on a branch that others have left.
    @Test func releasesNothingByATagAboveTheHead() {
        #expect(release(FinalityRule(tag: .safe), tagged: 1_000) == Release(number: 1_000, rule: "safe"))
        #expect(release(FinalityRule(tag: .safe), tagged: 1_001) == nil)
        #expect(release(FinalityRule(tag: .safe), tagged: .max) == nil)
    }

    @Test func releasesNothingWithoutARule() {
        #expect(release(FinalityRule(), tagged: 5) == nil)
        #expect(release(FinalityRule(blocks: 2_000), tagged: 5) == nil)
    }

    // MARK: Together

    @Test(
        arguments: [
            (990, 64, 900, 990, "finalized"), (800, 64, 900, 937, "64 blocks"), (800, 100, 900, 920, "900 s"),
        ] as [(UInt64, UInt64, UInt64, UInt64, String)]
    )
    func theFirstThatComesTrueReleases(tagged: UInt64, blocks: UInt64, seconds: UInt64, number: UInt64, rule: String) {
        let rules = FinalityRule(tag: .finalized, blocks: blocks, seconds: seconds)
        #expect(release(rules, tagged: tagged) == Release(number: number, rule: rule))
    }

    @Test func aTagThatIsMissingLeavesItToTheOthers() {
        #expect(release(FinalityRule(tag: .safe, blocks: 64))?.rule == "64 blocks")
        #expect(release(FinalityRule(tag: .safe, seconds: 900))?.rule == "900 s")
        // The stand-in is for a tag alone.
        #expect(release(FinalityRule(tag: .safe, blocks: 2_000)) == nil)
        #expect(release(FinalityRule(tag: .safe, seconds: 100_000)) == nil)
    }

    // MARK: In place of a lone tag

    @Test func aLoneTagThatIsMissingFallsBackToBothBlocksAndTime() {
        let rule = FinalityRule(tag: .finalized)
        // 256 blocks would release 745, 3600 s 700.
        let stand = Release(number: 700, rule: "256 blocks and 3600 s in place of finalized")
        #expect(release(rule) == stand)
        // Where blocks are slow it is the number of blocks that counts.
        let slow = (0...100).map { ChainSample.link(UInt64($0) * 10, timestamp: UInt64($0) * 10_000) }
        #expect(release(rule, head: ChainSample.head(1_000, timestamp: 1_000_000), links: slow)?.number == 745)
    }

    @Test func theStandInNeedsBoth() {
        let young = ChainSample.head(254)
        #expect(release(FinalityRule(tag: .safe), head: young) == nil)
        let fast = (0...100).map { ChainSample.link(UInt64($0) * 10, timestamp: UInt64($0)) }
        #expect(release(FinalityRule(tag: .safe), head: ChainSample.head(1_000, timestamp: 100), links: fast) == nil)
    }

    // MARK: Bounds

    @Test func doesNotTrapAtTheEndOfNumbers() {
        let last = ChainSample.head(.max, timestamp: .max)
        #expect(release(FinalityRule(blocks: .max), head: last)?.number == 1)
        #expect(release(FinalityRule(seconds: .max), head: last, links: [ChainSample.link(0)])?.number == 0)
        let first = ChainSample.head(0, timestamp: 0)
        #expect(release(FinalityRule(blocks: 1), head: first, links: [])?.number == 0)
        #expect(release(FinalityRule(blocks: .max), head: first, links: []) == nil)
        #expect(release(FinalityRule(tag: .safe), head: first, links: []) == nil)
    }
}
