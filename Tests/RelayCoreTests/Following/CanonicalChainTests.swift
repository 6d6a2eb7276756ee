import Ethereum
import RelayCore
import RelayTestSupport
import Testing

private typealias Verdict = CanonicalChain.Verdict

@Suite struct CanonicalChainTests {
    private static func link(_ number: UInt64, _ branch: Int = 0) -> ChainLink {
        ChainSample.link(number, branch: branch)
    }

    // MARK: A node's head

    @Test("links are joined where each stands on the one before, and nothing is left out")
    func linked() {
        let links = (1...5).map { Self.link($0) }
        let chain = CanonicalChain(links: links)
        #expect(chain.isLinked(from: links[0], to: links[4]) && chain.isLinked(from: links[2], to: links[2]))
        #expect(!chain.isLinked(from: links[4], to: links[0]))
        let gap = CanonicalChain(links: [links[0], links[1], links[3], links[4]])
        #expect(!gap.isLinked(from: links[0], to: links[4]) && gap.isLinked(from: links[3], to: links[4]))
    }

    @Test func anythingExtendsAChainOfWhichNothingIsKnown() {
        var chain = CanonicalChain()
        #expect(chain.begin(ChainSample.head(7)) == .extends)
        #expect(chain.tip == nil && chain.hash(at: 7) == nil)
    }

    @Test func theNextBlockExtendsWithoutAQuestion() {
        var chain = ChainSample.chain(8, 9, 10)
        #expect(chain.begin(ChainSample.head(11)) == .extends)
    }

    /// Where rounds may be empty (Filecoin), the next block need not have the next number.
    @Test func aLaterBlockOnTopOfTheTipExtendsToo() {
        var chain = ChainSample.chain(8, 10)
        #expect(chain.begin(ChainSample.head(14, parent: ChainSample.hash(10))) == .extends)
    }

    @Test func theTipItselfExtends() {
        var chain = ChainSample.chain(8, 10)
        #expect(chain.begin(ChainSample.head(10)) == .extends)
    }

    @Test func anotherBlockAtTheTipsHeightIsVotedOn() {
        var chain = ChainSample.chain(8, 10)
        #expect(chain.begin(ChainSample.head(10, branch: 1)) == .vote(Self.link(10)))
        // A parent proves nothing at the same height.
        #expect(chain.begin(ChainSample.head(10, branch: 1, parent: ChainSample.hash(10))) == .vote(Self.link(10)))
    }

    @Test(arguments: [11, 12, 1_000] as [UInt64])
    func aHeadThatIsNotOnTopOfTheTipIsConfirmedThere(number: UInt64) {
        var chain = ChainSample.chain(8, 10)
        let head = ChainSample.head(number, branch: 1)
        #expect(chain.begin(head) == .confirm(Self.link(10)))
        #expect(chain.found(ChainSample.hash(10), at: Self.link(10)) == .extends)
        #expect(chain.begin(head) == .confirm(Self.link(10)))
        #expect(chain.found(ChainSample.hash(10, branch: 1), at: Self.link(10)) == .vote(Self.link(10)))
    }

    @Test func aLowerHeadOfTheSameChainIsBehind() {
        var chain = ChainSample.chain(5, 8, 10)
        #expect(chain.begin(ChainSample.head(8)) == .behind)
        // Between two links nothing is known of it, so the link below is asked for.
        #expect(chain.begin(ChainSample.head(9)) == .confirm(Self.link(8)))
        #expect(chain.found(ChainSample.hash(8), at: Self.link(8)) == .behind)
        #expect(chain.begin(ChainSample.head(4)) == .behind)
    }

    @Test func aLowerHeadOfAnotherChainIsVotedOn() {
        var chain = ChainSample.chain(5, 8, 10)
        #expect(chain.begin(ChainSample.head(8, branch: 1)) == .vote(Self.link(8)))
        #expect(chain.begin(ChainSample.head(9, branch: 1)) == .confirm(Self.link(8)))
        #expect(chain.found(ChainSample.hash(8, branch: 1), at: Self.link(8)) == .vote(Self.link(8)))
    }

    @Test func aNodeWithoutTheBlockIsBehind() {
        var chain = ChainSample.chain(5, 8, 10)
        _ = chain.begin(ChainSample.head(20, branch: 1))
        #expect(chain.found(nil, at: Self.link(10)) == .behind)
    }

    // MARK: Votes

    @Test(arguments: [(1, 1), (2, 2), (2, 3), (3, 4), (3, 5)])
    func aMajorityLeavesTheLink(rejections: Int, voters: Int) {
        var chain = ChainSample.chain(5, 8)
        #expect(chain.voted(Self.link(8), rejections: rejections, of: voters) == .confirm(Self.link(5)))
    }

    /// A tie keeps what has been read.
    @Test(arguments: [(0, 0), (0, 3), (1, 2), (1, 3), (2, 4), (2, 5)])
    func lessThanAMajorityKeepsTheLink(rejections: Int, voters: Int) {
        var chain = ChainSample.chain(5, 8)
        #expect(chain.voted(Self.link(8), rejections: rejections, of: voters) == .leave(Self.link(8)))
        #expect(chain == ChainSample.chain(5, 8))
    }

    @Test func aVoteOnALinkThatIsNotKnownChangesNothing() {
        var chain = ChainSample.chain(5, 8)
        #expect(chain.voted(Self.link(6), rejections: 3, of: 3) == .leave(Self.link(6)))
    }

    @Test func aMajorityAgainstTheFinalLinkHalts() {
        var chain = ChainSample.chain(5, 8, final: 5)
        #expect(chain.voted(Self.link(5), rejections: 1, of: 1) == .halt(at: Self.link(5)))
        #expect(chain.voted(Self.link(5), rejections: 1, of: 2) == .leave(Self.link(5)))
        #expect(chain == ChainSample.chain(5, 8, final: 5))
    }

    // MARK: The search

    @Test func withoutAFinalLinkTheWholeChainMayBeLeft() {
        var chain = ChainSample.chain(5, 8)
        #expect(chain.voted(Self.link(8), rejections: 1, of: 1) == .confirm(Self.link(5)))
        #expect(chain.found(ChainSample.hash(5, branch: 1), at: Self.link(5)) == .rewind(to: nil))
    }

    @Test func aChainLeftDownToTheFinalLinkIsVotedOnThere() {
        var chain = ChainSample.chain(5, 8, final: 5)
        #expect(chain.voted(Self.link(8), rejections: 1, of: 1) == .confirm(Self.link(5)))
        #expect(chain.found(ChainSample.hash(5, branch: 1), at: Self.link(5)) == .vote(Self.link(5)))
        #expect(chain.voted(Self.link(5), rejections: 1, of: 1) == .halt(at: Self.link(5)))
    }

    @Test func aBlockThatIsMissingEndsTheSearch() {
        var chain = ChainSample.chain(1, 2, 3, 4, 5, 6, 7, 8, final: 1)
        #expect(chain.voted(Self.link(8), rejections: 1, of: 1) == .confirm(Self.link(7)))
        #expect(chain.found(nil, at: Self.link(7)) == .behind)
        // What is asked next is no part of that search.
        #expect(chain.begin(ChainSample.head(20)) == .confirm(Self.link(8)))
        #expect(chain.found(ChainSample.hash(8), at: Self.link(8)) == .extends)
    }

    @Test func aNewLookEndsTheSearchOfTheLast() {
        var chain = ChainSample.chain(5, 8, 10)
        _ = chain.voted(Self.link(10), rejections: 1, of: 1)
        _ = chain.begin(ChainSample.head(20))
        #expect(chain.found(ChainSample.hash(10), at: Self.link(10)) == .extends)
    }

    /// Reorganisations of these depths, where a block is final 16 below the head: the last one reaches below it.
    @Test(arguments: [0, 1, 2, 15, 16, 17] as [UInt64])
    func findsTheCommonAncestor(depth: UInt64) {
        let (head, final): (UInt64, UInt64) = (100, 84)
        var chain = CanonicalChain(links: (final...head).map { Self.link($0) }, final: Self.link(final))
        var node = ChainModel(chain: chain, fork: head - depth)
        let end = node.look(at: &chain, head: head + 1)
        switch depth {
        case 0: #expect(end == .extends)
        case 1...16: #expect(end == .rewind(to: Self.link(head - depth)))
        default: #expect(end == .halt(at: Self.link(final)))
        }
    }

    @Test func rewindsToTheLinkBelowAForkBetweenTwo() {
        var chain = ChainSample.chain(10, 20, 30, 40, final: 10)
        var node = ChainModel(chain: chain, fork: 27)
        #expect(node.look(at: &chain, head: 45) == .rewind(to: Self.link(20)))
    }

    // MARK: What has been stored

    @Test func extendsOnlyUpwards() {
        var chain = CanonicalChain()
        for number in [0, 3, 3, 2, 0, 7] as [UInt64] { chain.extend(to: Self.link(number)) }
        #expect(chain.links.map(\.number) == [0, 3, 7])
        #expect(chain.hash(at: 3) == ChainSample.hash(3) && chain.hash(at: 4) == nil)
    }

    @Test func sortsWhatTheStoreHasAndBeginsWithTheFinalLink() {
        let chain = CanonicalChain(links: [9, 2, 5, 7].map { Self.link($0) }, final: Self.link(5))
        #expect(chain.links.map(\.number) == [5, 7, 9])
        #expect(chain.final == Self.link(5))
    }

    @Test func thinsOutTheOlderHalfAtTheLimit() {
        let limit = UInt64(CanonicalChain.limit)
        var chain = ChainSample.chain(0, final: 0)
        for number in 1..<limit { chain.extend(to: Self.link(number)) }
        #expect(chain.links.count == CanonicalChain.limit)
        chain.extend(to: Self.link(limit))
        let numbers = chain.links.map(\.number)
        #expect(numbers.count == CanonicalChain.limit * 3 / 4 + 1)
        #expect(numbers.prefix(3) == [0, 2, 4])
        #expect(Array(numbers.suffix(Int(limit) / 2)) == Array(limit / 2 + 1...limit))
        for number in limit + 1...3 * limit { chain.extend(to: Self.link(number)) }
        #expect(chain.links.count <= CanonicalChain.limit)
        #expect(chain.links.first == chain.final && chain.tip?.number == 3 * limit)
    }

    @Test func finalisesOnlyWhatWasReadAndOnlyUpwards() {
        var chain = ChainSample.chain(5, 8, 10)
        #expect(!chain.canFinalise(Self.link(11)))
        #expect(!chain.canFinalise(Self.link(8, 1)))
        // Between two links nothing contradicts it.
        #expect(chain.canFinalise(Self.link(7)))
        chain.finalise(Self.link(8))
        #expect(chain.links.map(\.number) == [8, 10] && chain.final == Self.link(8))
        for number in [8, 7, 5] as [UInt64] { #expect(!chain.canFinalise(Self.link(number))) }
        chain.finalise(Self.link(5))
        chain.finalise(Self.link(10, 1))
        #expect(chain.final == Self.link(8))
        chain.finalise(Self.link(9))
        #expect(chain.links.map(\.number) == [9, 10])
    }

    @Test func theFirstBlockCanBeFinal() {
        var chain = ChainSample.chain(0, 1)
        chain.finalise(Self.link(0))
        #expect(chain.final == Self.link(0))
        #expect(!CanonicalChain().canFinalise(Self.link(0)))
    }

    @Test func takesBackWhatLiesAboveALink() {
        var chain = ChainSample.chain(5, 8, 10, final: 5)
        chain.rewound(to: Self.link(8))
        #expect(chain == ChainSample.chain(5, 8, final: 5))
        chain.rewound(to: Self.link(5))
        #expect(chain == ChainSample.chain(5, final: 5))
        chain.rewound(to: Self.link(4))
        #expect(chain == CanonicalChain())
        chain = ChainSample.chain(5, 8, final: 5)
        chain.rewound(to: nil)
        #expect(chain == CanonicalChain())
    }
}
