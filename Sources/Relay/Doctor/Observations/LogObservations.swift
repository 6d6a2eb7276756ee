/// How fast blocks come, on average.
package struct BlockTime: Sendable, Equatable {
    package var blocks: UInt64
    /// From the first of them to the last.
    package var seconds: UInt64

    package init(blocks: UInt64, seconds: UInt64) {
        self.blocks = blocks
        self.seconds = seconds
    }

    /// nil where there is nothing to measure.
    package var each: Duration? {
        guard blocks > 0, seconds > 0 else { return nil }
        return .milliseconds(Int64(clamping: min(seconds, 1 << 40) &* 1_000 / blocks))
    }
}

/// How many blocks one call for logs may cover.
package struct LogWindow: Sendable, Equatable {
    /// Why no more was asked for.
    package enum End: Sendable, Equatable {
        /// The node refused so many blocks, in these words.
        case refused(blocks: UInt64, words: String)
        /// Enough is known.
        case cap
        /// An answer took so long that the next would cost too much.
        case slow
        /// The chain is no longer than that.
        case wholeChain
        /// The next question had no answer, for a reason that has nothing to do with its size.
        case trouble(String)
    }

    /// The largest that was answered; 0: not even one block.
    package var accepted: UInt64
    package var end: End

    package init(accepted: UInt64, end: End) {
        self.accepted = accepted
        self.end = end
    }
}

/// Whether new blocks have their logs when they are announced.
package struct FreshLogs: Sendable, Equatable {
    /// Heads whose bloom filter says that they have logs.
    package var told: Int
    /// Of these, those whose logs came at once.
    package var prompt: Int
    /// Of these, those that were empty at first, and how long the last of them took; nil: longer than was waited for.
    package var late: (heads: Int, after: Duration?)?
    /// Heads with a filter that says nothing: all ones, or none.
    package var blind: Int
    /// The node has the logs of its head only with the next one (Filecoin), in its words.
    package var deferral: String?
    /// The node does not answer for a whole block, in its words.
    package var refusal: String?

    package init(
        told: Int = 0,
        prompt: Int = 0,
        late: (heads: Int, after: Duration?)? = nil,
        blind: Int = 0,
        deferral: String? = nil,
        refusal: String? = nil
    ) {
        self.told = told
        self.prompt = prompt
        self.late = late
        self.blind = blind
        self.deferral = deferral
        self.refusal = refusal
    }

    package static func == (left: FreshLogs, right: FreshLogs) -> Bool {
        left.told == right.told && left.prompt == right.prompt && left.late?.heads == right.late?.heads
            && left.late?.after == right.late?.after && left.blind == right.blind && left.deferral == right.deferral
            && left.refusal == right.refusal
    }
}

/// How far back a node has logs.
package struct LookBack: Sendable, Equatable {
    /// The block that a relayer would begin with.
    package var wanted: UInt64
    /// The lowest block that was answered for, about; nil: none.
    package var oldest: UInt64?
    /// Why it goes back no further, in the node's words.
    package var refusal: String?

    package init(wanted: UInt64, oldest: UInt64?, refusal: String? = nil) {
        self.wanted = wanted
        self.oldest = oldest
        self.refusal = refusal
    }
}
