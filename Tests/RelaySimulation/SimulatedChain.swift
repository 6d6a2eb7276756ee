import Ethereum
import RelayTestSupport

/// The canonical chain, as it is and as it was: a node that lags shows what it was.
struct SimulatedChain: Sendable {
    /// A block that is to be made.
    struct Draft {
        var transactions: [SimulatedTransaction]
        /// Heights below it that have no block.
        var skipping: UInt64 = 0
        var minedAt: Int64
    }

    let genesis: SimulatedBlock
    private(set) var head: SimulatedBlock
    /// Each head with the time since when it was that.
    private(set) var history: [(since: Int64, head: SimulatedBlock)]
    /// All that ever were, canonical or not.
    private(set) var blocks: [Hash32: SimulatedBlock]
    private var branch: UInt64

    init(salt: UInt64, at time: Int64) {
        genesis = SimulatedBlock(on: nil, number: 0, minedAt: time, transactions: [], salt: salt)
        head = genesis
        history = [(time, genesis)]
        blocks = [genesis.hash: genesis]
        branch = salt
    }

    /// The head at a time.
    func head(at time: Int64) -> SimulatedBlock { history.last { $0.since <= time }?.head ?? genesis }

    /// Puts a block on top, `skipping` heights that have none.
    mutating func extend(at time: Int64, with transactions: [SimulatedTransaction], skipping: UInt64 = 0) {
        append([Draft(transactions: transactions, skipping: skipping, minedAt: time)], to: head, at: time)
    }

    /// Replaces what lies above `kept` by these blocks at once.
    mutating func reorganise(from kept: SimulatedBlock, to blocks: [Draft], at time: Int64) {
        branch &+= 1
        append(blocks, to: kept, at: time)
    }

    private mutating func append(_ new: [Draft], to parent: SimulatedBlock, at time: Int64) {
        var top = parent
        for draft in new {
            top = SimulatedBlock(
                on: top,
                number: top.number + 1 + draft.skipping,
                minedAt: draft.minedAt,
                transactions: draft.transactions,
                salt: branch
            )
            blocks[top.hash] = top
        }
        head = top
        history.append((time, top))
    }
}
