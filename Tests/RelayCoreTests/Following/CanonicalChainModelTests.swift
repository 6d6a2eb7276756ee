import Ethereum
import RelayCore
import RelayTestSupport
import Testing

/// A node that has the chain as it was read up to `fork`, and a branch of its own above; answers what it is asked, and
/// counts that.
struct ChainModel {
    let links: [ChainLink]
    let final: ChainLink?
    let fork: UInt64?
    private(set) var questions = 0

    init(chain: CanonicalChain, fork: UInt64?) {
        links = chain.links
        final = chain.final
        self.fork = fork
    }

    func hash(at number: UInt64) -> Hash32 {
        ChainSample.hash(number, branch: fork.map { number <= $0 } ?? false ? 0 : 1)
    }

    /// A look, in which the node speaks for all; gives the verdict that ends it.
    mutating func look(at chain: inout CanonicalChain, head: UInt64, rejects: Bool = true) -> CanonicalChain.Verdict {
        questions = 0
        let header = ChainSample.head(
            head,
            branch: fork.map { head <= $0 } ?? false ? 0 : 1,
            parent: head > 0 ? hash(at: head - 1) : .zero
        )
        var verdict = chain.begin(header)
        while questions < 10_000 {
            switch verdict {
            case .confirm(let link):
                questions += 1
                verdict = chain.found(link.number <= head ? hash(at: link.number) : nil, at: link)
            case .vote(let link):
                let leaves = rejects && hash(at: link.number) != link.hash
                verdict = chain.voted(link, rejections: leaves ? 1 : 0, of: 1)
            case .extends, .behind, .leave, .rewind, .halt: return verdict
            }
        }
        return verdict
    }

    /// What a look at this head has to come to, by looking at all links one by one.
    func expected(head: UInt64) -> CanonicalChain.Verdict {
        guard let tip = links.last else { return .extends }
        let seen = links.filter { $0.number <= head }
        guard let newest = seen.last else { return .behind }
        if hash(at: newest.number) == newest.hash { return newest == tip ? .extends : .behind }
        guard let common = seen.last(where: { hash(at: $0.number) == $0.hash }) else {
            return links.first.flatMap { $0 == final ? .halt(at: $0) : nil } ?? .rewind(to: nil)
        }
        return .rewind(to: common)
    }
}

/// Random chains, forks and links against a simple reference.
@Suite struct CanonicalChainModelTests {
    @Test(arguments: 0..<300 as Range<UInt64>)
    func aLookComesToWhatTheReferenceSays(seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        var chain = Self.chain(&chance)
        let top = chain.tip?.number ?? 0
        for _ in 0..<20 {
            let fork = chance.oneIn(8) ? nil : UInt64(chance.within(0...Int(top) + 3))
            let head = UInt64(chance.within(0...Int(top) + 5))
            var node = ChainModel(chain: chain, fork: fork)
            let before = chain
            let verdict = node.look(at: &chain, head: head)
            #expect(verdict == node.expected(head: head), "seed \(seed): fork \(fork ?? 0), head \(head)")
            #expect(chain.links == before.links && chain.final == before.final, "seed \(seed): a look changes nothing")
            let bound = 2 * Self.bits(before.links.count) + 3
            #expect(node.questions <= bound, "seed \(seed): \(node.questions) questions, \(before.links.count) links")
            if case .rewind(let link?) = verdict, let final = before.final {
                #expect(link.number >= final.number, "seed \(seed)")
            }
        }
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func nothingIsTakenBackAgainstTheOthers(seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        var chain = Self.chain(&chance)
        let before = chain.links
        for _ in 0..<20 {
            let top = Int(chain.tip?.number ?? 0)
            var node = ChainModel(chain: chain, fork: UInt64(chance.within(0...top)))
            let verdict = node.look(at: &chain, head: UInt64(chance.within(0...top + 5)), rejects: false)
            switch verdict {
            case .extends, .behind, .leave: break
            default: Issue.record("seed \(seed): \(verdict)")
            }
        }
        #expect(chain.links == before)
    }

    /// The chain is followed for a while, with forks, finality and rewinds: what it holds is always of the node's chain.
    @Test(arguments: 0..<100 as Range<UInt64>)
    func followsAChainThatChanges(seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        // The branch that the canonical block of each height is on.
        var branches = [0]
        var chain = CanonicalChain()
        var finalBlock: UInt64?
        for round in 1...60 {
            let lowest = Int(finalBlock ?? 0) + 1
            // A chain that has become shorter cannot be told from a node that lags.
            let taken = chance.oneIn(3) ? chance.below(branches.count - lowest + 1) : 0
            branches.removeLast(taken)
            branches += Array(repeating: round, count: taken + chance.within(1...6))
            follow(branches, &chain, seed)
            if chance.oneIn(4), let link = chance.element(of: chain.links), chain.canFinalise(link) {
                chain.finalise(link)
                finalBlock = link.number
            }
            for link in chain.links {
                #expect(link.hash == ChainSample.hash(link.number, branch: branches[Int(link.number)]), "seed \(seed)")
            }
            #expect(chain.final?.number == finalBlock, "seed \(seed)")
            #expect(chain.tip?.number == UInt64(branches.count - 1), "seed \(seed)")
        }
    }

    private func follow(_ branches: [Int], _ chain: inout CanonicalChain, _ seed: UInt64) {
        let top = branches.count - 1
        func hash(_ number: UInt64) -> Hash32? {
            Int(number) <= top ? ChainSample.hash(number, branch: branches[Int(number)]) : nil
        }
        for _ in 0..<4 {
            let parent = top > 0 ? hash(UInt64(top) - 1) : .zero
            let head = ChainSample.head(UInt64(top), branch: branches[top], parent: parent)
            var verdict = chain.begin(head)
            asking: while true {
                switch verdict {
                case .confirm(let link): verdict = chain.found(hash(link.number), at: link)
                case .vote(let link): verdict = chain.voted(link, rejections: 1, of: 1)
                case .extends:
                    chain.extend(to: ChainLink(head))
                    return
                case .rewind(let link):
                    chain.rewound(to: link)
                    break asking
                case .behind, .leave, .halt:
                    Issue.record("seed \(seed): \(verdict) at \(top)")
                    return
                }
            }
        }
        Issue.record("seed \(seed): does not come to rest")
    }

    private static func chain(_ chance: inout SeededGenerator) -> CanonicalChain {
        var number = UInt64(chance.below(5))
        var links: [ChainLink] = []
        for _ in 0..<chance.below(200) {
            links.append(ChainSample.link(number))
            number += UInt64(chance.within(1...chance.choose(1, 3, 40)))
        }
        return CanonicalChain(links: links, final: chance.oneIn(3) ? nil : chance.element(of: links))
    }

    /// Of the binary number.
    private static func bits(_ count: Int) -> Int { Int.bitWidth - count.leadingZeroBitCount }
}
