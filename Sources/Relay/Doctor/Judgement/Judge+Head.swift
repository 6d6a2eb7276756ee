internal import RelayCore

/// The head of one node, and its tagged blocks.
extension Judge {
    func head(_ name: String, _ reach: NodeReach) -> Finding {
        let behind = (bestHead?.number ?? 0) - min(bestHead?.number ?? 0, reach.head.number)
        let age = Duration.seconds(reach.at / 1_000 - Int64(clamping: reach.head.timestamp))
        let text = "block \(reach.head.number), \(age < .seconds(1) ? "just made" : "\(spanText(age)) old")"
        if behind > max(3, blocks(in: .seconds(30)) ?? 3) {
            return Finding(
                .warning,
                name,
                "head",
                "\(text), \(counted(behind, "block")) behind the others",
                remedy: "wait until it has caught up, or name it last in chain.rpc"
            )
        }
        // A chain of one's own may make blocks faster than time passes.
        if age < .seconds(-15), !isDevelopment {
            return Finding(
                .warning,
                name,
                "head",
                "block \(reach.head.number) is \(spanText(.zero - age)) ahead of this machine's clock",
                remedy: "set this machine's clock (NTP)"
            )
        }
        guard age > max(.seconds(120), (blockTime ?? .zero) * 20), !isDevelopment else {
            return Finding(.ok, name, "head", text)
        }
        return Finding(
            age > max(.seconds(3_600), (blockTime ?? .zero) * 20) ? .error : .warning,
            name,
            "head",
            "\(text): the chain stands still, or the node is behind it",
            remedy: "look whether the node is in sync, or name another one first in chain.rpc"
        )
    }

    func tags(_ name: String, _ reach: NodeReach, _ details: NodeDetails) -> Finding {
        let parts = FinalityRule.Tag.allCases.map { tag -> String in
            guard let block = tagged(tag, details).value ?? nil else { return "\(tag.rawValue) is not to be had" }
            let lag = reach.head.timestamp - min(block.timestamp, reach.head.timestamp)
            return
                "\(tag.rawValue) is block \(block.number), \(spanText(.seconds(Int64(clamping: lag)))) behind the head"
        }
        let head = max(reach.head.number, details.headAfterTags ?? 0)
        for tag in FinalityRule.Tag.allCases {
            guard let block = tagged(tag, details).value ?? nil, block.number > head else { continue }
            return Finding(
                .warning,
                name,
                "tags",
                "\(tag.rawValue) is block \(block.number), and its head is block \(head)",
                remedy: "the answers are of nodes that differ, or wrong: ask its operator, or take it out of chain.rpc"
            )
        }
        return Finding(.ok, name, "tags", parts.joined(separator: "; "))
    }
}
