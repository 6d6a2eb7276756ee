import Formats
package import RelayCore
import Settings

/// The chain that is followed.
package struct ChainSettings: Sendable, Equatable {
    /// One node.
    package struct Node: Sendable, Equatable {
        /// `http:` or `https:`; may hold a key, so it is printed masked only.
        package let url: String
        /// `ws:` or `wss:`; may hold a key.
        package let ws: String?

        fileprivate static let url = Format<String>.url(schemes: ["http", "https"])

        init(_ section: Section) {
            url = section.value(
                "url",
                Self.url,
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
    /// At least one, in order of preference.
    package let nodes: [Node]
    /// How many of them must give the same logs before blocks count as read, from 1 to their number.
    package let quorum: Int
    /// For the contracts that name no first block of their own.
    package let startBlock: UInt64
    package let confirmations: Confirmations
    /// From 10 ms to an hour; nil: as fast as blocks come.
    package let pollInterval: Duration?
    /// Blocks that one call for logs covers at most.
    package let maxBlockRange: UInt64

    init(_ section: Section) {
        // The upper bound is EIP-2294's.
        id = section.value(
            "id",
            .whole(1...9_223_372_036_854_775_771),
            "The chain's number (EIP-155), such as 1 or 11155111. A node that says another is refused at the start."
        )
        var addresses: [NodeAddress?] = []
        let nodes = section.list(
            "rpc",
            1...8,
            "The nodes, in order of preference: the next one is asked where one fails, lags or serves another chain. Signed "
                + "transactions go to all of them."
        ) { section in
            let node = Node(section)
            // What is no URL has been told already.
            let address = node.url == Node.url.standIn ? nil : NodeAddress(node.url)
            if let address, let first = addresses.firstIndex(of: address) {
                section.refuse(
                    "url",
                    "it is the same node as chain.rpc[\(first)].url, and one node twice is no second opinion: remove one of"
                        + " them"
                )
            }
            addresses.append(address)
            return node
        }
        self.nodes = nodes
        quorum = section.value(
            "quorum",
            .whole(1...8),
            default: 1,
            "How many nodes must give the same logs before blocks count as read. With 2 or more a single node cannot "
                + "invent a request or hide one."
        )
        if quorum > max(1, nodes.count) {
            section.refuse("quorum", "\(quorum) nodes must agree, and rpc has \(nodes.count): add nodes, or lower it")
        }
        startBlock = section.value(
            "startBlock",
            .block,
            "The first block that is read: the one in which the contract was deployed, or a later one."
        )
        confirmations = section.section(
            "confirmations",
            "When a block is acted on. A number counts confirmations, of which the block itself is one: 1 means that it is "
                + "in the head. A time is that between the block and the head, such as 15m. safe and finalized are what the "
                + "chain's consensus says. Of several, as in finalized or 64 or 15m, the first that comes true counts.",
            Confirmations.init
        )
        pollInterval = section.optional(
            "pollInterval",
            .duration(.milliseconds(10)...(.seconds(3600))),
            "A fixed time between two looks for a new block. Without it the chain is looked at three times a block, from 200ms "
                + "to 30s as measured, and seldomer where a WebSocket announces blocks and logs."
        )
        maxBlockRange = section.value(
            "maxBlockRange",
            .whole(1...1_000_000),
            default: 2000,
            "Blocks that one call for logs covers at most. A node that finds that too many is asked for fewer."
        )
    }
}

/// The thresholds of acting.
package struct Confirmations: Sendable, Equatable {
    /// A job may be submitted; in confirmations: a block b at head h has h − b + 1.
    package let start: UInt64
    /// The answer may be sent, and no reorganisation may take the request away any more.
    package let settle: FinalityRule
    /// A mined answer is final.
    package let receipt: FinalityRule

    init(_ section: Section) {
        start = section.value(
            "start",
            .whole(1...100_000),
            default: 1,
            "When a request's job is submitted. Early is safe: a reorganisation then costs compute, never a wrong answer."
        )
        settle = section.value(
            "settle",
            .finality,
            "When a request's answer may be sent. Take what you call final on this chain: finalized, or 12 to 64 on a public "
                + "one, 1 on one of your own. A reorganisation that goes deeper halts the relayer; while "
                + "nothing waits for an answer, one that goes deeper by four minutes."
        )
        let receipt = section.optional(
            "receipt",
            .finality,
            "When a mined answer counts as final; without it, as settle."
        )
        self.receipt = receipt ?? settle
        if let blocks = settle.blocks, start > blocks {
            section.refuse("start", "\(start) is above settle (\(blocks)): an answer cannot come before its job")
        }
    }
}
