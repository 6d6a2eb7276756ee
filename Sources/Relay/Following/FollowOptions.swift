package import RelayCore

/// How the chain is followed.
package struct FollowOptions: Sendable {
    /// Between two looks; nil: as fast as blocks come.
    package var pollInterval: Duration?
    /// Blocks in one range, at most.
    package var window: UInt64 = 2_000
    /// When a request's block is final: its answer may be sent, and no reorganisation may take it away any more.
    package var settle: FinalityRule
    /// When a mined answer's block is.
    package var receipt: FinalityRule
    /// Nodes that must give the same logs for a range before it counts as read, at least 1.
    package var quorum = 1
    /// Blocks below the cursor that are read again with each new head, at most: a node that answered for a fresh block
    /// before it had its logs hides nothing.
    ///
    /// It costs no call more.
    package var longestTail: UInt64 = 256
    package var outageBackoff = Backoff(first: .milliseconds(500), limit: .seconds(30))
    /// A node that wants to be left alone for longer is asked all the same.
    package var longestRetryAfter = Backoff.longestRetryAfter
    /// How long all nodes may show less than has been read before the cursors walk back.
    package var shortChainPatience: Duration = .seconds(300)
    /// How long a node may be on a branch that the others do not share before it is expelled.
    package var apartPatience: Duration = .seconds(300)
    /// How long a node that does not answer is held to keep to what was read: for the time of a blip nobody else decides.
    package var silencePatience: Duration = .seconds(60)
    /// How long a node may be silent about blocks that the others do not keep any more, before they are noted as a gap.
    package var gapPatience: Duration = .seconds(600)
    /// How long a head may stand still before the other nodes are asked for theirs; at least five blocks' time.
    package var stillTime: Duration = .seconds(10)
    /// How far, in blocks' time, a node may be behind another one that is asked after it; at least three blocks.
    package var steadyLag: Duration = .seconds(30)
    /// How long it may stand still before an operator hears of it; longer on a chain that rests at times.
    package var headPatience: Duration = .seconds(600)
    /// How long a request's job goes on after its log is gone.
    package var orphanPatience: Duration = .seconds(60)
    /// How many looks must find the chain left below what was final, and for how long, before it is believed; nothing is
    /// read or sent meanwhile.
    package var haltLooks = 3
    package var haltPatience: Duration = .seconds(30)
    /// Between two second readings of a few blocks.
    package var secondReadPause: Duration = .seconds(120)
    /// Between two of whole windows.
    package var secondWindowPause: Duration = .milliseconds(500)
    /// Between two questions for a tag.
    package var tagPause: Duration = .seconds(15)
    /// Between two such questions, and between two final blocks, while no request waits for anything to be final.
    package var idlePause: Duration = .seconds(240)

    package init(settle: FinalityRule, receipt: FinalityRule? = nil) {
        self.settle = settle
        self.receipt = receipt ?? settle
    }
}
