package import Ethereum

/// One node.
package struct NodeExamination: Sendable {
    /// Its URL as it may be shown.
    package var shown: String
    package var reach: Observed<NodeReach>
    /// What a node that does not answer would have of whoever asks, as far as it says so.
    package var refusal: NodeRefusal?
    /// nil: there was no sense in a closer look.
    package var details: NodeDetails?
    /// Its server's clock less ours, in milliseconds, give or take a second; nil where it does not tell.
    package var clockOffset: Int64?

    package init(
        shown: String,
        reach: Observed<NodeReach>,
        refusal: NodeRefusal? = nil,
        details: NodeDetails? = nil,
        clockOffset: Int64? = nil
    ) {
        self.shown = shown
        self.reach = reach
        self.refusal = refusal
        self.details = details
        self.clockOffset = clockOffset
    }
}

/// Why a node that is there does not answer us.
package enum NodeRefusal: Sendable, Equatable {
    /// It does not know us: a key is missing or wrong, or may not do this.
    case key
    /// Too much was asked, in too short a time or in the time that is paid for.
    case quota
    /// It has no latest block.
    case noHead
}

/// That a node answers, and with what.
package struct NodeReach: Sendable, Equatable {
    package var chainID: UInt64
    package var head: BlockSight
    /// When the head was told, in milliseconds since 1970.
    package var at: Int64

    package init(chainID: UInt64, head: BlockSight, at: Int64) {
        self.chainID = chainID
        self.head = head
        self.at = at
    }
}

/// A block as far as it matters here.
package struct BlockSight: Sendable, Equatable {
    package var number: UInt64
    /// Seconds since 1970.
    package var timestamp: UInt64

    package init(number: UInt64, timestamp: UInt64) {
        self.number = number
        self.timestamp = timestamp
    }
}

/// What a closer look at a node has shown.
package struct NodeDetails: Sendable {
    package var software: Observed<String>
    /// Of several calls the middle one.
    package var latency: Observed<Duration>
    package var genesis: Observed<Hash32>
    /// The block that all nodes should have alike; the hash is nil where this one has none of that height.
    package var common: (number: UInt64, hash: Observed<Hash32?>)
    /// The database's anchor as this node has it; nil where there is none to ask for.
    package var anchor: Observed<Hash32?>?
    package var blockTime: Observed<BlockTime>
    /// The tagged blocks; nil inside where the node names none.
    package var safe: Observed<BlockSight?>
    package var finalized: Observed<BlockSight?>
    /// Its head, asked for after them; nil where that was not to be had.
    package var headAfterTags: UInt64?
    package var window: Observed<LogWindow>
    /// Whether logs can be asked for by a block's hash (EIP-234).
    package var byHash: Observed<Bool>
    package var fresh: Observed<FreshLogs>
    package var lookBack: Observed<LookBack>
    package var batch: Observed<Bool>
    /// nil: none is named.
    package var webSocket: Observed<WebSocketSight>?

    package init(
        software: Observed<String>,
        latency: Observed<Duration>,
        genesis: Observed<Hash32>,
        common: (number: UInt64, hash: Observed<Hash32?>),
        anchor: Observed<Hash32?>? = nil,
        blockTime: Observed<BlockTime>,
        safe: Observed<BlockSight?>,
        finalized: Observed<BlockSight?>,
        headAfterTags: UInt64? = nil,
        window: Observed<LogWindow>,
        byHash: Observed<Bool>,
        fresh: Observed<FreshLogs>,
        lookBack: Observed<LookBack>,
        batch: Observed<Bool>,
        webSocket: Observed<WebSocketSight>? = nil
    ) {
        self.software = software
        self.latency = latency
        self.genesis = genesis
        self.common = common
        self.anchor = anchor
        self.blockTime = blockTime
        self.safe = safe
        self.finalized = finalized
        self.headAfterTags = headAfterTags
        self.window = window
        self.byHash = byHash
        self.fresh = fresh
        self.lookBack = lookBack
        self.batch = batch
        self.webSocket = webSocket
    }
}

/// A WebSocket that took a subscription to new heads.
package struct WebSocketSight: Sendable, Equatable {
    /// What it says it serves; nil where it did not answer that.
    package var chainID: UInt64?
    /// Until the first head came; nil where none did in the time given.
    package var firstHead: Duration?

    package init(chainID: UInt64?, firstHead: Duration?) {
        self.chainID = chainID
        self.firstHead = firstHead
    }
}
