import Formats
import Settings

/// The chain that is followed.
package struct ChainSettings: Sendable, Equatable {
    /// One node.
    package struct Node: Sendable, Equatable {
        /// `http:` or `https:`; may hold a key, so it is printed masked only.
        package let url: String
        /// `ws:` or `wss:`; may hold a key.
        package let ws: String?

        init(_ section: Section) {
            url = section.value(
                "url",
                .url(schemes: ["http", "https"]),
                "Where the node answers JSON-RPC. Messages show it masked. A URL that holds a provider's key is best kept "
                    + "out of this file: set LILYPAD_CHAIN__RPC__0__URL instead."
            )
            ws = section.optional(
                "ws",
                .url(schemes: ["ws", "wss"]),
                "Where the node announces new blocks by WebSocket: only a wake-up, for polling goes on beside it."
            )
        }
    }

    /// The chain's number (EIP-155), from 1 to what EIP-2294 allows.
    package let id: UInt64
    /// At least one; this version uses the first.
    package let nodes: [Node]
    /// For the contracts that name no first block of their own.
    package let startBlock: UInt64
    package let confirmations: Confirmations
    /// From 10 ms to an hour.
    package let pollInterval: Duration
    /// Blocks that one call for logs covers at most.
    package let maxBlockRange: UInt64

    init(_ section: Section) {
        // The upper bound is EIP-2294's.
        id = section.value(
            "id",
            .whole(1...9_223_372_036_854_775_771),
            "The chain's number (EIP-155), such as 1 or 11155111. A node that says another is refused at the start."
        )
        nodes = section.list("rpc", 1...8, "The nodes. This version uses the first one.", Node.init)
        startBlock = section.value(
            "startBlock",
            .whole(0...UInt64.max),
            "The first block that is read: the one in which the contract was deployed, or a later one."
        )
        confirmations = section.section(
            "confirmations",
            "How many blocks must lie on a block before it is acted on; the block itself counts: 1 means that it is in the "
                + "head.",
            Confirmations.init
        )
        pollInterval = section.value(
            "pollInterval",
            .duration(.milliseconds(10)...(.seconds(3600))),
            default: .seconds(4),
            "Time between two looks for a new block. It goes on where new blocks are announced by WebSocket."
        )
        maxBlockRange = section.value(
            "maxBlockRange",
            .whole(1...1_000_000),
            default: 2000,
            "Blocks that one call for logs covers at most. A node that finds that too many is asked for fewer."
        )
    }
}

/// The thresholds of acting, in confirmations: a block b at head h has h − b + 1.
package struct Confirmations: Sendable, Equatable {
    /// A job may be submitted.
    package let start: UInt64
    /// The answer may be sent.
    package let settle: UInt64
    /// A mined answer is final.
    package let receipt: UInt64

    init(_ section: Section) {
        let format = Format<UInt64>.whole(1...100_000)
        start = section.value(
            "start",
            format,
            default: 1,
            "When a request's job is submitted. Early is safe: a reorganisation then costs compute, never a wrong answer."
        )
        settle = section.value(
            "settle",
            format,
            "When a request's answer may be sent. Take what you call final on this chain: 12 to 64 on a public one, 1 on one "
                + "of your own."
        )
        let receipt = section.optional("receipt", format, "When a mined answer counts as final; without it, as settle.")
        self.receipt = receipt ?? settle
        if start > settle {
            section.refuse("start", "\(start) is above settle (\(settle)): an answer cannot come before its job")
        }
    }
}
