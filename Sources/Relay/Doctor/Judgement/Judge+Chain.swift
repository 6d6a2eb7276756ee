internal import RelayCore

/// The chain as all nodes together show it.
extension Judge {
    var chain: [Finding] {
        guard let head = bestHead else {
            return [
                Finding(
                    .error,
                    "chain",
                    "nodes",
                    "no node answers for chain \(options.chainID)",
                    remedy: "correct chain.rpc or chain.id"
                )
            ]
        }
        return [enoughNodes, pace(head), halfHeartedRule].compactMap { $0 } + finality
    }

    private var enoughNodes: Finding? {
        let (count, quorum) = (good.count, options.follow.quorum)
        let text =
            "\(count) of \(counted(seen.nodes.count, "node")) \(count == 1 ? "serves" : "serve") chain \(options.chainID)"
        guard count >= quorum else {
            return Finding(
                .error,
                "chain",
                "nodes",
                "\(text), and \(quorum) must agree",
                remedy: "add nodes to chain.rpc, or lower chain.quorum"
            )
        }
        return Finding(.ok, "chain", "nodes", text)
    }

    private func pace(_ head: BlockSight) -> Finding {
        guard let each = blockTime, let blocks = good.lazy.compactMap({ $0.details.blockTime.value?.blocks }).first
        else { return Finding(.ok, "chain", "block time", "cannot be measured yet: the head is block \(head.number)") }
        let measured = "\(spanText(each)) over \(counted(blocks, "block"))"
        guard let interval = options.follow.pollInterval, interval > max(each * 3, .seconds(1)) else {
            return Finding(.ok, "chain", "block time", measured)
        }
        return Finding(
            .warning,
            "chain",
            "block time",
            "\(measured), and the chain is looked at every \(spanText(interval)) only",
            remedy: "lower chain.pollInterval, or leave it out: then it follows the block time"
        )
    }

    // MARK: Finality

    /// What each rule makes of what the nodes say.
    private var finality: [Finding] {
        let settle = finality(options.follow.settle, "settle")
        guard options.follow.receipt != options.follow.settle else { return [settle] }
        return [settle, finality(options.follow.receipt, "receipt")]
    }

    private func finality(_ rule: FinalityRule, _ name: String) -> Finding {
        guard let tag = rule.tag else {
            return Finding(.ok, "chain", name, plain(rule))
        }
        if let trouble = trouble(tag) {
            let instead =
                rule.blocks == nil && rule.seconds == nil
                ? "\(FinalityRule.fallbackBlocks) blocks and \(spanText(.seconds(Int(FinalityRule.fallbackSeconds))))"
                    + " hold in its place"
                : "what is left is \(plain(FinalityRule(blocks: rule.blocks, seconds: rule.seconds)))"
            return Finding(
                .warning,
                "chain",
                name,
                "\(tag.rawValue) is named, and \(trouble): \(instead)",
                remedy:
                    "name blocks or a time that you call final in chain.confirmations.\(name), or a node that has it"
            )
        }
        let lag = lag(tag).map { ", \(spanText($0)) behind the head now" } ?? ""
        return Finding(.ok, "chain", name, plain(rule) + lag)
    }

    private func plain(_ rule: FinalityRule) -> String {
        let terms = [
            rule.tag?.rawValue,
            rule.blocks.map { blocks in
                counted(blocks, "block") + (span(blocks).map { " (\(spanText($0)))" } ?? "")
            },
            rule.seconds.map { spanText(.seconds(Int64(clamping: $0))) },
        ]
        return terms.compactMap { $0 }.joined(separator: " or ")
    }

    func tagged(_ tag: FinalityRule.Tag, _ details: NodeDetails) -> Observed<BlockSight?> {
        tag == .safe ? details.safe : details.finalized
    }

    /// Why a tag is of no use at any node; nil where one has it.
    func trouble(_ tag: FinalityRule.Tag) -> String? {
        let sights = good.map { (head: $0.reach.head, tagged: tagged(tag, $0.details).value ?? nil) }
        let ages = sights.compactMap { sight in
            sight.tagged.map { sight.head.timestamp - min($0.timestamp, sight.head.timestamp) }
        }
        guard let youngest = ages.min() else { return "no node says which block it is" }
        guard youngest < TagWatch.patience else {
            return "its block is \(spanText(.seconds(Int64(clamping: youngest)))) old: it does not move"
        }
        return nil
    }

    /// How far a tag is behind the head, at the node where it is least.
    func lag(_ tag: FinalityRule.Tag) -> Duration? {
        good.compactMap { node -> UInt64? in
            guard let block = tagged(tag, node.details).value ?? nil else { return nil }
            return node.reach.head.timestamp - min(block.timestamp, node.reach.head.timestamp)
        }.min().map { .seconds(Int64(clamping: $0)) }
    }

    // MARK: Rules that are over in no time

    /// Below so much time a count of blocks is no finality on a public chain.
    static let shortest: Duration = .seconds(20)

    /// On chains of one's own a block is final at once.
    var isDevelopment: Bool { [1_337, 31_337].contains(options.chainID) }

    /// Blocks that were counted for a slower chain.
    var isTooShort: Bool {
        let rule = options.follow.settle
        guard !isDevelopment, rule.tag == nil, let blocks = rule.blocks, let span = span(blocks) else { return false }
        return span < Self.shortest
    }

    private var halfHeartedRule: Finding? {
        guard isTooShort, let blocks = options.follow.settle.blocks, let span = span(blocks) else { return nil }
        return Finding(
            .warning,
            "chain",
            "settle",
            "\(counted(blocks, "block")) are \(spanText(span)) here: answers may be sent to a branch that goes away",
            remedy: "name more blocks, a time or a tag in chain.confirmations.settle"
        )
    }
}
