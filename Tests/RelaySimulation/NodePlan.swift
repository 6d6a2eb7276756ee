import RelayTestSupport

/// What a node is like, as a seed draws it.
struct NodePlan: Sendable {
    enum Allegiance: Sendable, Equatable {
        /// Shows the canonical chain, sooner or later.
        case canonical
        /// Leaves it at this new block for a branch of its own.
        case fork(at: Int)
        /// Another network.
        case otherID
        /// A chain that was reset.
        case otherGenesis
    }

    enum Style: Sendable { case refuses, leavesOut }
    enum Bloom: Sendable { case correct, full, missing }
    /// How a height without a block is answered.
    enum NullRound: Sendable { case null, error, previous }
    enum Tag: Sendable { case moving, failing, null, zero, stuck }

    enum Fault: Sendable, CaseIterable {
        case refused, timedOut, broken, quota, serverError, unavailable, page, cut, empty, internalError, otherID,
            wrongType
        case nothing, tooLarge
    }

    /// What an answer of logs may say beside the truth.
    enum Lie: Sendable, CaseIterable {
        case truncated, invented, unfiltered, doubled, reversed, pending, withdrawn
    }

    var allegiance = Allegiance.canonical
    /// How far behind it is, in milliseconds, from the new block on that stands before it; two: a balancer before two of
    /// them, and each call meets either.
    var delays: [(from: Int, behind: [Int64])] = [(0, [0])]
    /// From a block to its logs, in milliseconds.
    var indexDelay: Int64 = 0
    /// What it says of logs that it does not have yet.
    var unindexed = Style.leavesOut
    /// What it says of blocks that it does not have yet.
    var beyondHead = Style.refuses
    var bloom = Bloom.correct
    var nullRound = NullRound.null
    var tag = Tag.moving
    /// Of a thousand calls.
    var faultRate = 0
    var faults = Fault.allCases
    /// Of a thousand answers of logs.
    var lieRate = 0
    var lies = Lie.allCases
    /// Lies of the same blocks each time, for good.
    var isLiar = false
    /// New blocks during which nothing is answered.
    var outages: [ClosedRange<Int>] = []
    /// Blocks in one range, at most.
    var rangeLimit: UInt64?
    /// Logs in one range, at most; more are refused.
    var logLimit: Int?
    /// The same, and more are left out without a word.
    var silentLimit: Int?
}
