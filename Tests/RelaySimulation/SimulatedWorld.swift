import Ethereum
import RelayCore
import RelayTestSupport

/// The canonical chain, what stands beside it, and what has been promised of it.
struct SimulatedWorld: Sendable {
    static let chainID: UInt64 = 1_337

    let plan: SimulationPlan
    let contracts: [Address]
    private(set) var chain: SimulatedChain
    /// Another network, and the chain of a reset.
    private(set) var other: SimulatedChain
    /// The branches of nodes that have left the canonical one, by node.
    private(set) var forks: [Int: SimulatedBlock] = [:]
    var maker: RequestMaker
    private var chance: SeededGenerator
    /// New blocks so far; reorganisations come before the block of their number.
    private(set) var made = 0
    private var nextBlockAt: Int64
    /// The highest height that a node may ever have shown as final.
    private(set) var finalBound: UInt64 = 0
    /// Reorganisations that touch what is final wait for the end of a look: see `goBeyondFinality`.
    private(set) var waiting: SimulationPlan.Reorg?
    /// Whether something that was final has been replaced.
    private(set) var wentBeyondFinality = false
    private(set) var reorganisedAt: Int64?
    private(set) var situations: Set<SimulatedSituation> = []

    init(_ plan: SimulationPlan, now: Int64) {
        self.plan = plan
        contracts = plan.startBlocks.indices.map { Address(Array(repeating: UInt8(0xb0 + $0), count: 20)) ?? .zero }
        chance = SeededGenerator(seed: plan.seed &+ 0x5eed)
        maker = RequestMaker(contracts: contracts)
        let begin = now - Int64(plan.oldBlocks + 1) * plan.blockTime
        chain = SimulatedChain(salt: plan.seed, at: begin)
        other = SimulatedChain(salt: ~plan.seed, at: begin)
        nextBlockAt = now + plan.blockTime
        for index in 0..<plan.oldBlocks { extend(at: begin + Int64(index + 1) * plan.blockTime) }
    }

    /// Whether the follower has been started for the first time: until then all nodes are as they should be, since a new
    /// database takes the chain that it is shown.
    var isKnown = false
    /// Whether nobody lies any more: the nodes are as they should be, and the last blocks come.
    var isCalm: Bool { made >= plan.newBlocks || !isKnown }
    /// Whether the chain stands still for good.
    var isOver: Bool { made >= plan.newBlocks + plan.calmBlocks && waiting == nil }

    /// Every request that is in the chain and counts.
    var expected: [Log] {
        chain.head.blocks(0...chain.head.number).flatMap(\.requests).filter { log in
            guard let contract = contracts.firstIndex(of: log.address) else { return false }
            return log.blockNumber >= plan.startBlocks[contract]
        }
    }

    // MARK: The course of things

    /// Lets happen what is due; returns what did, in words.
    mutating func advance(to now: Int64) -> [String] {
        var news: [String] = []
        while nextBlockAt <= now, waiting == nil, !isOver {
            for reorg in made < plan.newBlocks ? plan.reorgs : [] where reorg.at == made {
                if case .beyondFinality = reorg.depth, waiting == nil {
                    waiting = reorg
                } else {
                    news.append(reorganise(reorg, floor: finalBound, at: nextBlockAt))
                }
            }
            extend(at: nextBlockAt)
            news.append("block \(chain.head.number)\(chain.head.requests.isEmpty ? "" : " with requests")")
            made += 1
            if made == plan.newBlocks { news.append("calm") }
            nextBlockAt += plan.blockTime / 2 + Int64(chance.below(Int(plan.blockTime)))
        }
        return news
    }

    /// A reorganisation that takes what was final, but nothing at or below `anchor`: by that the chain is known.
    mutating func goBeyondFinality(above anchor: UInt64?, at now: Int64) -> String? {
        guard let reorg = waiting else { return nil }
        waiting = nil
        nextBlockAt = max(nextBlockAt, now)
        wentBeyondFinality = true
        return reorganise(reorg, floor: anchor ?? finalBound, at: now)
    }

    private mutating func reorganise(_ reorg: SimulationPlan.Reorg, floor: UInt64, at time: Int64) -> String {
        let old = chain.head
        let reach = old.number - min(finalBound, old.number)
        let depth: UInt64 =
            switch reorg.depth {
            case .blocks(let depth): min(depth, reach)
            case .deepest: reach
            case .beyondFinality(let more): reach + more
            }
        if depth == 0 { situations.insert(.depth0) }
        let height = max(old.number - min(depth, old.number), min(floor, old.number))
        let kept = old.ancestor(atOrBelow: height)
        // Where a height has no block the one below it may be final.
        guard kept.number < old.number, kept.number >= min(floor, height) else {
            return "a reorganisation of depth \(depth) that comes to nothing"
        }
        let lost = kept.number < old.number ? old.blocks((kept.number + 1)...old.number) : []
        let count = max(1, lost.count + reorg.longer)
        var pending = maker.again(lost.flatMap(\.transactions), &chance)
        let blocks = (0..<count).map { index -> SimulatedChain.Draft in
            let share = index == count - 1 ? pending.count : min(pending.count, chance.below(pending.count + 1))
            let again = Array(pending.prefix(share))
            pending.removeFirst(share)
            return SimulatedChain.Draft(
                transactions: again + maker.transactions(&chance, busy: plan.busy / 2),
                skipping: index == 0 || !drawsNullRound() ? 0 : 1,
                // The rival was mined when its twin was, and came late.
                minedAt: index < lost.count ? lost[index].minedAt : time
            )
        }
        note(depth: old.number - kept.number, reach: reach, at: time)
        chain.reorganise(from: kept, to: blocks, at: time)
        settleBound()
        return "reorganisation: \(old.number) down to \(kept.number), up to \(chain.head.number)"
    }

    private mutating func note(depth: UInt64, reach: UInt64, at time: Int64) {
        reorganisedAt = time
        if depth == 1 { situations.insert(.depth1) }
        if depth == 2 { situations.insert(.depth2) }
        if depth == reach { situations.insert(.belowFinality) }
        if depth == reach + 1 { situations.insert(.atFinality) }
        if depth > reach + 1 { situations.insert(.beyondFinality) }
    }

    private mutating func extend(at time: Int64) {
        let transactions = made < plan.newBlocks ? maker.transactions(&chance, busy: plan.busy) : []
        chain.extend(at: time, with: transactions, skipping: drawsNullRound() ? UInt64(chance.within(1...2)) : 0)
        other.extend(at: time, with: maker.transactions(&chance, busy: 100))
        extendForks(at: time)
        settleBound()
    }

    private mutating func drawsNullRound() -> Bool { plan.nullRounds > 0 && chance.below(1_000) < plan.nullRounds }

    private mutating func extendForks(at time: Int64) {
        for (index, node) in plan.nodes.enumerated() {
            guard case .fork(let block) = node.allegiance, made >= block else { continue }
            let top = forks[index] ?? chain.head.ancestor(atOrBelow: chain.head.number - min(1, chain.head.number))
            guard top.number < chain.head.number else { continue }
            forks[index] = SimulatedBlock(
                on: top,
                number: top.number + 1,
                minedAt: time,
                transactions: maker.transactions(&chance, busy: plan.busy),
                salt: 1_000 + UInt64(index)
            )
        }
    }

    private mutating func settleBound() {
        let head = chain.head
        var bounds: [UInt64] = []
        if plan.settle.tag != nil { bounds.append(head.number - min(plan.tagDepth, head.number)) }
        if let blocks = plan.settle.blocks { bounds.append(head.number - min(blocks - 1, head.number)) }
        if let seconds = plan.settle.seconds {
            var block: SimulatedBlock? = head
            while let next = block, next.header.timestamp + seconds > head.header.timestamp { block = next.parent }
            bounds.append(block?.number ?? 0)
        }
        finalBound = max(finalBound, bounds.max() ?? 0)
    }

    // MARK: What a node shows

    /// A node's head, seen through a backend that is `behind`, in milliseconds.
    func head(of node: Int, behind: Int64, at now: Int64) -> SimulatedBlock {
        switch plan.nodes[node].allegiance {
        case .otherID, .otherGenesis: return other.head
        case .fork: if let fork = forks[node] { return fork }
        case .canonical: break
        }
        return chain.head(at: now - behind)
    }

    /// How far behind each of a node's backends is.
    func delays(of node: Int) -> [Int64] {
        guard !isCalm else { return [0] }
        return plan.nodes[node].delays.last { $0.from <= made }?.behind ?? [0]
    }

    func isOut(_ node: Int) -> Bool {
        !isCalm && plan.nodes[node].outages.contains { $0.contains(made) }
    }
}
