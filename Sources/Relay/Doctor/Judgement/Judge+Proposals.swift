internal import RelayCore

/// Settings that measurement speaks for, where they differ from those that are set.
extension Judge {
    var proposals: [Proposal] { [pollInterval, maxBlockRange, settle].compactMap { $0 } }

    /// A fixed interval that is far from what the blocks ask for.
    private var pollInterval: Proposal? {
        guard let interval = options.follow.pollInterval, let blockTime else { return nil }
        let fitting = settingDuration(min(max(blockTime / 3, BlockPace.fastest), BlockPace.slowest))
        guard interval > max(blockTime * 3, .seconds(1)) || interval * 10 < blockTime else { return nil }
        return Proposal(
            "chain.pollInterval",
            settingText(fitting),
            "a third of the measured block time of \(spanText(blockTime)), which is also what holds without this key"
        )
    }

    /// Rounded, so that it reads as a setting.
    private func settingDuration(_ duration: Duration) -> Duration {
        let milliseconds = Int64(duration / .milliseconds(1))
        return .milliseconds(milliseconds < 1_000 ? max(10, milliseconds / 10 * 10) : milliseconds / 1_000 * 1_000)
    }

    /// What the narrowest node takes.
    private var maxBlockRange: Proposal? {
        let windows = good.compactMap { node in
            node.details.window.value.flatMap { $0.accepted > 0 ? (place: node.place, window: $0) : nil }
        }
        guard let least = windows.min(by: { $0.window.accepted < $1.window.accepted }) else { return nil }
        let (accepted, configured) = (least.window.accepted, options.follow.window)
        if case .refused(let blocks, _) = least.window.end, blocks <= configured {
            return Proposal("chain.maxBlockRange", "\(accepted)", "what chain.rpc[\(least.place)] takes at a time")
        }
        // All take more than is asked of them.
        guard accepted >= configured.multipliedReportingOverflow(by: 4).partialValue, configured < 2_000 else {
            return nil
        }
        return Proposal("chain.maxBlockRange", "\(accepted)", "every node takes as many blocks at a time")
    }

    private var settle: Proposal? {
        let rule = options.follow.settle
        let key = "chain.confirmations.settle"
        if let tag = rule.tag, trouble(tag) != nil, let blocks = blocks(in: .seconds(900)), rule.blocks == nil,
            rule.seconds == nil
        {
            return Proposal(key, "\(max(12, min(blocks, 100_000)))", "15 minutes; no node has the tag \(tag.rawValue)")
        }
        guard isTooShort else { return nil }
        if trouble(.finalized) == nil {
            return Proposal(key, "finalized", "the nodes have it, and it moves")
        }
        return blocks(in: .seconds(900)).map { blocks in
            Proposal(key, "\(max(12, min(blocks, 100_000)))", "15 minutes of blocks of \(spanText(blockTime ?? .zero))")
        }
    }
}
