import Relay
import RelayCore
import RelayTestSupport

/// What a seed draws: the chain's pace and quarrels, the nodes, how the follower is set, when it dies.
struct SimulationPlan: Sendable {
    /// How deep a reorganisation goes.
    enum Depth: Sendable, Equatable {
        /// So many heights, as far as nothing final is touched; 0: a block on top, as any other.
        case blocks(UInt64)
        /// As deep as finality allows: N−1, where N confirmations are final.
        case deepest
        /// So much deeper than that: 1 takes the final block, and the follower must halt if it knew it as final.
        case beyondFinality(UInt64)
    }

    struct Reorg: Sendable {
        let at: Int
        let depth: Depth
        /// Of the new branch, compared with what it replaces.
        let longer: Int
    }

    /// One life of the follower and the pause after it.
    struct Life: Sendable {
        enum End: Sendable, Equatable {
            /// In place of, or right after, the commit of this number, from 1.
            case beforeCommit(Int)
            case afterCommit(Int)
            /// In place of this call.
            case beforeCall(Int)
            case afterLooks(Int)
        }

        let end: End
        let pause: Int64
    }

    let seed: UInt64
    /// Milliseconds between blocks; each comes after half to one and a half of it.
    let blockTime: Int64
    /// Before the follower starts, and while it runs.
    let oldBlocks: Int
    let newBlocks: Int
    /// Empty ones at the end, when nobody lies any more.
    let calmBlocks: Int
    /// Of a thousand blocks, those with requests.
    let busy: Int
    /// Of a thousand heights, those without a block.
    let nullRounds: Int
    let startBlocks: [UInt64]
    let settle: FinalityRule
    /// Whether requests are closed as soon as their blocks are final: then nothing waits, and the follower is idle.
    let answers: Bool
    /// Heights from the head to what the nodes' tags name.
    let tagDepth: UInt64
    var follow: FollowOptions
    let totalTimeout: Int64
    let nodes: [NodePlan]
    let reorgs: [Reorg]
    var lives: [Life]

    init(seed: UInt64) {
        var chance = SeededGenerator(seed: seed &* 0x2545_f491_4f6c_dd1d &+ 5)
        self.seed = seed
        blockTime = chance.choose(250, 1_000, 2_000, 12_000, 30_000)
        oldBlocks = chance.oneIn(4) ? 0 : chance.within(1...20)
        newBlocks = chance.within(6...20)
        busy = chance.choose(100, 300, 700)
        nullRounds = chance.oneIn(5) ? chance.choose(100, 400) : 0
        startBlocks = (0..<chance.within(1...2)).map { [oldBlocks] _ in UInt64(chance.below(oldBlocks / 2 + 2)) }
        tagDepth = UInt64(chance.within(2...8))
        settle = Self.rule(&chance, blockTime)
        totalTimeout = max(1_000, blockTime / 2)
        let depths = Self.depths(settle, tagDepth, blockTime)
        calmBlocks = (depths.max() ?? 1) + 8
        var nodes = Self.nodes(&chance, blocks: newBlocks, blockTime: blockTime, finality: depths.min() ?? 1)
        follow = Self.options(&chance, settle, blockTime)
        answers = seed % 3 == 0
        if answers { follow.idlePause = .milliseconds(blockTime * Int64(seed / 3 % 5) * 4) }
        // With heights that have no block finality comes sooner than such a node has its logs.
        if nullRounds > 0 { for index in nodes.indices { nodes[index].unindexed = .refuses } }
        let hasLiar = nodes.contains(where: \.isLiar)
        self.nodes = nodes
        let honest = nodes.count { $0.allegiance == .canonical && !$0.isLiar }
        if hasLiar || honest > 1 && chance.oneIn(4) { follow.quorum = 2 }
        reorgs = Self.reorgs(&chance, blocks: newBlocks)
        lives = Self.lives(&chance, blockTime)
    }

    /// For people who read a trace.
    var description: String {
        let nodes = nodes.enumerated().map { "  node \($0): \($1)" }.joined(separator: "\n")
        let text = """
            seed \(seed): a block each \(blockTime) ms, \(oldBlocks) + \(newBlocks) + \(calmBlocks) of them, null rounds \
            \(nullRounds) ‰, contracts from \(startBlocks), final \(settle), tags \(tagDepth) below the head\(answers ? ", requests closed when they are final" : "")
            \(follow)
            reorganisations \(reorgs.map { "before new block \($0.at): \($0.depth), longer by \($0.longer)" })
            lives \(lives.map { "\($0.end), then \($0.pause) ms" })
            \(nodes)
            """
        return Self.prefixes.reduce(text) { $0.split(separator: $1, omittingEmptySubsequences: false).joined() }
    }

    private static let prefixes = [
        "RelaySimulation.NodePlan.", "RelayCore.FinalityRule.", "Allegiance.", "Style.", "Bloom.", "NullRound.", "Tag.",
        "Fault.", "Lie.", "RelayCore.",
    ]

    // MARK: Drawing

    private static func rule(_ chance: inout SeededGenerator, _ blockTime: Int64) -> FinalityRule {
        let blocks = UInt64(chance.within(1...7))
        let seconds = UInt64(max(1, Int64(chance.within(2...6)) * blockTime / 1_000))
        let tag: FinalityRule.Tag = chance.choose(.safe, .finalized)
        switch chance.below(8) {
        case ..<4: return FinalityRule(blocks: blocks)
        case 4: return FinalityRule(seconds: seconds)
        case 5: return FinalityRule(tag: tag)
        case 6: return FinalityRule(tag: tag, blocks: blocks + 2)
        default: return FinalityRule(blocks: blocks, seconds: seconds)
        }
    }

    /// How many heights above it make a block final, by each part of the rule, at the slowest and at the fastest.
    private static func depths(_ rule: FinalityRule, _ tagDepth: UInt64, _ blockTime: Int64) -> [Int] {
        var depths: [Int] = []
        if rule.tag != nil { depths.append(Int(tagDepth)) }
        if let blocks = rule.blocks { depths.append(Int(blocks) - 1) }
        if let seconds = rule.seconds {
            let milliseconds = Int64(seconds) * 1_000
            depths += [Int(milliseconds * 2 / blockTime) + 1, Int(milliseconds * 2 / (blockTime * 3))]
        }
        return depths
    }

    private static func options(
        _ chance: inout SeededGenerator,
        _ settle: FinalityRule,
        _ blockTime: Int64
    ) -> FollowOptions {
        func blocks(_ count: Int64) -> Duration { .milliseconds(count * blockTime) }
        var options = FollowOptions(settle: settle)
        options.pollInterval = chance.oneIn(2) ? nil : .milliseconds(blockTime * chance.choose(1, 3, 9) / 3)
        options.window = chance.choose(1, 2, 5, 20, 1_000)
        options.longestTail = chance.choose(0, 3, 256)
        options.shortChainPatience = blocks(chance.choose(4, 12, 40))
        options.apartPatience = blocks(chance.choose(4, 12, 40))
        options.stillTime = blocks(3)
        options.secondReadPause = blocks(chance.choose(0, 2, 8))
        options.idlePause = options.secondReadPause
        options.secondWindowPause = .milliseconds(chance.choose(0, 500))
        options.tagPause = blocks(chance.choose(0, 1, 4))
        return options
    }

    private static func nodes(
        _ chance: inout SeededGenerator,
        blocks: Int,
        blockTime: Int64,
        finality: Int
    ) -> [NodePlan] {
        let count = chance.choose(1, 2, 2, 3, 3, 4)
        var nodes = (0..<count).map { _ in
            node(&chance, blocks: blocks, blockTime: blockTime, finality: finality)
        }
        if count > 1, chance.oneIn(5) {
            nodes[chance.below(count)].allegiance = .otherGenesis
        } else if count > 1, chance.oneIn(5) {
            nodes[chance.below(count)].allegiance = .otherID
        } else if count > 2, chance.oneIn(3) {
            let place = chance.below(count)
            if chance.oneIn(2) {
                nodes[place].allegiance = .fork(at: chance.below(blocks))
                // Who is on a fork is found out only while most of the others answer, and are not far behind.
                for index in nodes.indices where index != place {
                    nodes[index].faultRate = 0
                    nodes[index].delays = [(0, [0])]
                    nodes[index].outages = []
                }
            } else {
                nodes[place].isLiar = true
            }
        }
        return nodes
    }

    private static func node(
        _ chance: inout SeededGenerator,
        blocks: Int,
        blockTime: Int64,
        finality: Int
    ) -> NodePlan {
        var node = NodePlan()
        let isCalm = chance.oneIn(4)
        // Whoever is late with its logs has all of them before the block is final.
        let room = Int(Int64(finality) * blockTime) * 2 / 5
        let isIndexing = !isCalm && chance.oneIn(3) && room > 0
        let latest = isIndexing ? room / 2 : Int(blockTime) * (finality + 4)
        node.indexDelay = isIndexing ? Int64(chance.below(room / 2)) : 0
        node.delays = (0..<(isCalm ? 1 : chance.within(1...4))).map { index in
            let count = chance.oneIn(4) ? 2 : 1
            let behind = (0..<count).map { _ in chance.oneIn(2) ? 0 : Int64(chance.below(latest)) }
            return (index == 0 ? 0 : chance.below(blocks), behind)
        }.sorted { $0.0 < $1.0 }
        node.unindexed = chance.choose(.leavesOut, .leavesOut, .refuses)
        node.beyondHead = chance.choose(.refuses, .leavesOut)
        node.bloom = chance.choose(.correct, .correct, .full, .missing)
        node.nullRound = chance.choose(.null, .error, .previous)
        node.tag = chance.choose(.moving, .moving, .moving, .failing, .null, .zero, .stuck)
        guard !isCalm else { return node }
        node.faultRate = chance.choose(0, 20, 100, 300)
        node.faults = NodePlan.Fault.allCases.filter { _ in chance.oneIn(2) }
        if node.faults.isEmpty { node.faults = NodePlan.Fault.allCases }
        node.lieRate = chance.choose(0, 0, 50, 200)
        for _ in 0..<chance.below(3) {
            let first = chance.below(blocks)
            node.outages.append(first...(first + chance.below(6)))
        }
        if chance.oneIn(5) { node.rangeLimit = UInt64(chance.within(1...10)) }
        if chance.oneIn(5) { node.logLimit = chance.within(1...4) }
        if chance.oneIn(8) { node.silentLimit = chance.within(1...3) }
        return node
    }

    private static func reorgs(_ chance: inout SeededGenerator, blocks: Int) -> [Reorg] {
        let mayGoBeyond = chance.oneIn(6)
        return (0..<chance.choose(0, 1, 2, 2, 4)).map { _ in
            let depth: Depth
            switch chance.below(10) {
            case 0: depth = .blocks(0)
            case 1...2: depth = .blocks(1)
            case 3...4: depth = .blocks(UInt64(chance.within(2...4)))
            case _ where mayGoBeyond: depth = .beyondFinality(UInt64(chance.within(1...3)))
            default: depth = .deepest
            }
            return Reorg(at: chance.below(blocks), depth: depth, longer: chance.choose(1, 1, 1, 2, 0, -1))
        }
    }

    private static func lives(_ chance: inout SeededGenerator, _ blockTime: Int64) -> [Life] {
        (0..<chance.choose(0, 0, 1, 1, 2, 3)).map { _ in
            let end: Life.End
            switch chance.below(6) {
            case 0...1: end = .beforeCommit(chance.within(1...20))
            case 2...3: end = .afterCommit(chance.within(1...20))
            case 4: end = .beforeCall(chance.within(1...60))
            default: end = .afterLooks(chance.within(1...30))
            }
            return Life(end: end, pause: chance.oneIn(2) ? 0 : Int64(chance.below(Int(blockTime) * 12)))
        }
    }
}
