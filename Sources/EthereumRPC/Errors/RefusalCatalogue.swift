/// What servers say when they refuse `eth_getLogs`, one line each, in lower case; the first that fits decides.
///
/// Real texts, of 2022 to 2026; who says it stands beside it. A new wording is a new line here and in the tests. The last
/// lines catch wordings that nobody has seen yet.
enum RefusalCatalogue {
    enum Meaning: Sendable {
        /// Too many calls, whatever their range.
        case quota
        /// A range whose ends are the wrong way round, and the like.
        case badRequest
        case tooOld
        case beyondHead
        case unknownBlock
        case tooMany
    }

    struct Row: Sendable {
        let meaning: Meaning
        let pattern: RefusalPattern

        init(_ meaning: Meaning, _ pattern: RefusalPattern) {
            self.meaning = meaning
            self.pattern = pattern
        }
    }

    /// Quotas alone: they are no refusal of this method only.
    static let quotas: [Row] = rows.filter { $0.meaning == .quota }

    // swift-format-ignore
    static let rows: [Row] = [
        // Quotas come first: some of them speak of limits too.
        Row(.quota, "rate limit"),                                        // Infura, dRPC, nearly all
        Row(.quota, "rate-limit"),
        Row(.quota, "too many requests"),                                 // Cloudflare, Ankr, Infura
        Row(.quota, "request limit"),                                     // QuickNode: "50/second request limit reached"
        Row(.quota, "request rate exceeded"),                             // Infura: "project id request rate exceeded"
        Row(.quota, "rps limit"),                                         // Chainstack
        Row(.quota, "qps limit"),                                         // Unifra
        Row(.quota, "request count exceeded"),                            // Infura: "daily request count exceeded"
        Row(.quota, "requests limited to"),
        Row(.quota, "credits limited to"),                                // QuickNode, -32012
        Row(.quota, "credit limit"),                                      // Infura, 402
        Row(.quota, "payment required"),                                  // Infura, 402
        Row(.quota, "quota"),                                             // Tenderly, Chainstack
        Row(.quota, "per second"),                                        // Alchemy
        Row(.quota, "compute units"),                                     // Alchemy
        Row(.quota, "concurrent requests capacity"),                      // Alchemy
        Row(.quota, "capacity limit"),                                    // Alchemy: "monthly capacity limit exceeded"
        Row(.quota, "call limit"),                                        // BlockVision
        Row(.quota, "under too much load"),
        Row(.quota, "usage limit"),                                       // 1RPC, dRPC
        Row(.quota, "throughput limit"),                                  // Infura
        Row(.quota, "timeout on the free tier"),                          // dRPC, 408

        Row(.badRequest, "invalid block range"),                          // geth: from above to

        Row(.tooOld, "lookbacks of more than"),                           // Lotus' gateway
        Row(.tooOld, "bad tipset height"),                                // Lotus' gateway
        Row(.tooOld, "pruned history unavailable"),                       // geth, reth, Nethermind: 4444 (EIP-4444)
        Row(.tooOld, "history has been pruned"),                          // PublicNode, -32701
        Row(.tooOld, "has been pruned"),
        Row(.tooOld, "not available due to pruning"),                     // Erigon
        Row(.tooOld, "neither stored nor reproducible"),                  // Nethermind
        Row(.tooOld, "failed to get logs for block"),                     // geth without those receipts
        Row(.tooOld, "archive requests require"),                         // PublicNode
        Row(.tooOld, "archive, debug and trace requests are not available"), // Chainstack
        // Not so "missing trie node" and its kin: logs are no state, so a node that says that of them is in trouble.
        Row(.tooOld, "only in the archive node"),                         // Stratos
        Row(.tooOld, "archive node"),

        Row(.beyondHead, "beyond current head"),                          // geth
        Row(.beyondHead, "request beyond head block"),                    // Erigon
        Row(.beyondHead, "beyond the head"),
        Row(.beyondHead, "blockoutofrange"),                              // anvil
        Row(.beyondHead, "not yet available"),                            // Lotus, deferred execution
        Row(.beyondHead, "requested a future epoch"),                     // Lotus
        Row(.beyondHead, "after last accepted block"),                    // Avalanche
        Row(.beyondHead, "cannot query unfinalized data"),                // Avalanche
        Row(.beyondHead, "greater than latest block"),
        Row(.beyondHead, "requested block is in the future"),

        Row(.unknownBlock, "unknown block"),                              // geth
        Row(.unknownBlock, "header not found"),
        Row(.unknownBlock, "header for hash not found"),
        Row(.unknownBlock, "block not found"),                            // Besu

        // Ranges that the server proposes.
        Row(.tooMany, "this block range should work: &"),                 // Alchemy, Blast
        Row(.tooMany, "try with this block range &"),                     // Infura, zkSync, Abstract, Gnosis, Fraxtal
        Row(.tooMany, "retry with the range &"),                          // reth

        // Numbers of blocks.
        Row(.tooMany, "up to a # block range"),                           // Alchemy, Aurora
        Row(.tooMany, "eth_getlogs is limited to 0 - # blocks range"),    // 1RPC
        Row(.tooMany, "limited to a # block"),                            // QuickNode: "10,000 blocks range"
        Row(.tooMany, "limited to a # range"),                            // Base, Optimism, QuickNode
        Row(.tooMany, "limited to # block"),                              // BlockPI
        Row(.tooMany, "block range is limited to #"),                     // Klaytn
        Row(.tooMany, "max block range = #"),                             // Morph
        Row(.tooMany, "max block range #"),                               // Celo, Hyperliquid, reth
        Row(.tooMany, "maximum block range: #"),                          // PublicNode, Immutable
        Row(.tooMany, "max range: #"),                                    // Cloudflare, Polygon zkEVM, Merlin
        Row(.tooMany, "max blocks #"),                                    // Celo
        Row(.tooMany, "block range is too wide (maximum #)"),             // Moonbeam
        Row(.tooMany, "block range greater than # max"),                  // Mantle, Swell
        Row(.tooMany, "block range exceeds #"),                           // Somnia
        Row(.tooMany, "range is too large, max is # blocks"),             // Merkle
        Row(.tooMany, "block range * exceeds the limit of #"),            // Ronin
        Row(.tooMany, "range * exceeds limit of #"),                      // Infura, Linea
        Row(.tooMany, "requested too many blocks from * maximum is set to #"), // Avalanche, Flare
        Row(.tooMany, "blocks range, the limit is #"),                    // Sonic
        Row(.tooMany, "blocks distance: #"),                              // Cronos, Kava
        Row(.tooMany, "query must be smaller than size #"),               // Harmony
        Row(.tooMany, "limit the query to at most # blocks"),             // Coinbase
        Row(.tooMany, "maximum allowed is # blocks"),                     // Sei
        Row(.tooMany, "number of requested blocks is #"),                 // thirdweb
        Row(.tooMany, "allowed for your plan (* > #)"),                   // Blast
        Row(.tooMany, "ranges over # blocks are not supported"),          // dRPC
        Row(.tooMany, "exceeds server limit, narrow your filter: #"),     // Erigon

        // Numbers of logs, bytes or seconds, or none.
        Row(.tooMany, "query returned more than"),                        // Infura, Polygon zkEVM, PulseChain
        Row(.tooMany, "query returns too many logs"),                     // Erigon
        Row(.tooMany, "logs matched by query exceeds limit"),             // Arbitrum, Xai
        Row(.tooMany, "query exceeds max results"),                       // reth, LlamaRPC
        Row(.tooMany, "exceeds maximum rpc range limit"),                 // Besu
        Row(.tooMany, "too many results"),                                // Lotus
        Row(.tooMany, "block range is too wide"),                         // Ankr
        Row(.tooMany, "block range too large"),                           // Base
        Row(.tooMany, "block range limit exceeded"),                      // Chainstack
        Row(.tooMany, "block range too high"),                            // Candle
        Row(.tooMany, "bigger than maxblockrange"),                       // Scroll
        Row(.tooMany, "response size should not greater than"),           // 1RPC
        Row(.tooMany, "response too large"),                              // Optimism
        Row(.tooMany, "response size exceeded"),                          // Alchemy
        Row(.tooMany, "query timeout"),                                   // Infura
        Row(.tooMany, "limit exceeded"),                                  // BNB Chain

        // What a new wording is likely to hold.
        Row(.tooMany, "block range"), Row(.tooMany, "blocks range"), Row(.tooMany, "range too"),
        Row(.tooMany, "range is too"), Row(.tooMany, "range exceed"), Row(.tooMany, "exceeds the range"),
        Row(.tooMany, "range limit"), Row(.tooMany, "max range"), Row(.tooMany, "maximum range"),
        Row(.tooMany, "epoch range"), Row(.tooMany, "block diff"), Row(.tooMany, "too many"),
        Row(.tooMany, "more than"), Row(.tooMany, "exceed maximum"), Row(.tooMany, "max results"),
        Row(.tooMany, "maximum number"), Row(.tooMany, "response size"), Row(.tooMany, "response is too"),
        Row(.tooMany, "too large"), Row(.tooMany, "too big"), Row(.tooMany, "limited to"),
        Row(.tooMany, "limit is"), Row(.tooMany, "limit of"), Row(.tooMany, "execution timeout"),
        Row(.tooMany, "up to a"), Row(.tooMany, "greater than limit"),
    ]
}
