internal import RelayStore

/// What a node gives of its logs.
extension Judge {
    func logs(_ name: String, _ details: NodeDetails) -> [Finding] {
        [window(name, details), byHash(name, details), fresh(name, details), lookBack(name, details)]
    }

    private func window(_ name: String, _ details: NodeDetails) -> Finding {
        let configured = options.follow.window
        guard let window = details.window.value else {
            return Finding(
                .warning,
                name,
                "log window",
                "cannot be measured: \(details.window.failure ?? "")",
                remedy: "if that lasts, name another node in chain.rpc"
            )
        }
        guard window.accepted > 0 else {
            return Finding(
                .error,
                name,
                "log window",
                "not even one block's logs are answered\(refusal(window))",
                remedy: "no request can be found there: name another node in chain.rpc"
            )
        }
        let text = "\(counted(window.accepted, "block")) at a time\(refusal(window))"
        guard case .refused(let blocks, _) = window.end, blocks <= configured else {
            return Finding(.ok, name, "log window", text)
        }
        return Finding(
            .warning,
            name,
            "log window",
            "\(text), and chain.maxBlockRange is \(configured)",
            remedy: "set chain.maxBlockRange to \(window.accepted): it would be found out anew by refusals each time"
        )
    }

    private func refusal(_ window: LogWindow) -> String {
        switch window.end {
        case .refused(let blocks, let words): "; \(blocks) are refused: \(words)"
        case .cap: "; more was not tried"
        case .slow: "; more would take too long"
        case .wholeChain: ", which is the whole chain"
        case .trouble(let words): "; more could not be tried: \(words)"
        }
    }

    private func byHash(_ name: String, _ details: NodeDetails) -> Finding {
        switch details.byHash {
        case .seen(true): return Finding(.ok, name, "logs by hash", "it answers for one block by its hash")
        case .seen(false):
            return Finding(
                .warning,
                name,
                "logs by hash",
                "it does not answer for one block by its hash (EIP-234): a block with more logs than it gives at a time"
                    + " cannot be read there",
                remedy: "have a second node in chain.rpc that does"
            )
        case .failed(let reason):
            return Finding(.warning, name, "logs by hash", reason, remedy: "try once more")
        }
    }

    private func fresh(_ name: String, _ details: NodeDetails) -> Finding {
        guard let fresh = details.fresh.value else {
            return Finding(
                .warning,
                name,
                "fresh logs",
                "cannot be tried: \(details.fresh.failure ?? "")",
                remedy: "try once more"
            )
        }
        if let deferral = fresh.deferral {
            return Finding(
                .ok,
                name,
                "fresh logs",
                "the newest block has none yet (\(deferral)): they come with the next"
            )
        }
        if let late = fresh.late {
            let after = late.after.map { "they came after \(spanText($0))" } ?? "they did not come while it was watched"
            return Finding(
                .warning,
                name,
                "fresh logs",
                "\(late.heads) of \(counted(fresh.told, "new block")) came without logs, though the block's own filter tells"
                    + " of some; \(after)",
                remedy: "the relayer reads such blocks again; a second node in chain.rpc with chain.quorum: 2 is safer"
            )
        }
        if fresh.prompt > 0 {
            return Finding(.ok, name, "fresh logs", "\(counted(fresh.prompt, "new block")) came with logs at once")
        }
        if let refusal = fresh.refusal { return Finding(.ok, name, "fresh logs", "not tried: \(refusal)") }
        let why = fresh.blind > 0 ? "blocks' filters say nothing here" : "no block with logs came while it was watched"
        return Finding(.ok, name, "fresh logs", "not tried: \(why)")
    }

    private func lookBack(_ name: String, _ details: NodeDetails) -> Finding {
        guard let back = details.lookBack.value else {
            return Finding(
                .warning,
                name,
                "look-back",
                "cannot be measured: \(details.lookBack.failure ?? "")",
                remedy: "try once more"
            )
        }
        if back.oldest == back.wanted {
            return Finding(
                .ok,
                name,
                "look-back",
                "it has logs from block \(back.wanted) on, where the contracts begin"
            )
        }
        let words = back.refusal.map { ": \($0)" } ?? ""
        guard let oldest = back.oldest else {
            return Finding(
                .error,
                name,
                "look-back",
                "it has no logs of any block\(words)",
                remedy: "no request can be found there: name another node in chain.rpc"
            )
        }
        let head = bestHead?.number ?? oldest
        let depth = head - min(head, oldest)
        let reach =
            "it has logs from about block \(oldest) on, \(counted(depth, "block"))"
            + (span(depth).map { " or \(spanText($0))" } ?? "") + " back\(words)"
        // What has been read needs no reading.
        let unread = nextUnread ?? back.wanted
        guard unread < oldest else { return Finding(.ok, name, "look-back", reach) }
        return Finding(
            .warning,
            name,
            "look-back",
            "\(reach); blocks from \(unread) on are to be read",
            remedy:
                "put a node with a full history first in chain.rpc, or raise chain.startBlock if there is nothing below"
        )
    }

    /// Where the relayer goes on; nil where it has read nothing.
    private var nextUnread: UInt64? { seen.database.state?.cursors.map(\.nextBlock).min() }
}
