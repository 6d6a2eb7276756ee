internal import Ethereum
internal import EthereumRPC
internal import RelayCore
internal import RelayStore
internal import Telemetry

/// What is done when a node refuses a range: a smaller one, a block alone, or a gap.
extension Follower {
    /// Blocks below the head that a node may have and not their logs.
    private static let longestLogLag: UInt64 = 8

    mutating func refused(
        _ error: RPCError,
        _ step: Step,
        _ range: ClosedRange<UInt64>,
        _ head: BlockHeader,
        _ node: EthereumClient
    ) async throws -> Read {
        switch error.logRangeFailure {
        case .tooMany(let hint):
            if absent.contains(step.range.lowerBound), try await pass(absent: step, node) { return .stored }
            // The blocks that are read once more are the first that are left out.
            guard planner.refused(range, hint: hint) == .narrower else {
                return try await readAlone(range.lowerBound, step, head, node)
            }
            return .narrower
        case .beyondHead where logLag < Self.longestLogLag && step.range.upperBound + Self.longestLogLag > head.number:
            logLag += 1
            return .narrower
        case .tooOld:
            try await passGap(step, range, head, node, "\(error)")
            return .narrower
        case .beyondHead, .unknownBlock, .other:
            // Of less it may make an answer in time.
            if error.mayBeOfTheSize, range.count > 1 { _ = planner.refused(range) }
            throw error
        }
    }

    /// A range that must be wider than the node allows, since it begins with heights that have no block, begins above the
    /// first of them: there is nothing to read.
    mutating func pass(absent step: Step, _ node: EthereumClient) async throws -> Bool {
        let height = step.range.lowerBound
        let answer = try await node.headerWithHead(at: height)
        guard answer.header == nil, let head = answer.head, head.number > height else { return false }
        let nothing = LogReader.Reading(logs: LogBatch())
        let alone = Step(range: height...height, cursors: step.cursors, isBacklog: step.isBacklog)
        try await store(nothing, alone, nil)
        return true
    }

    /// A single block that is too much for a range is read by its hash.
    private mutating func readAlone(
        _ block: UInt64,
        _ step: Step,
        _ head: BlockHeader,
        _ node: EthereumClient
    ) async throws -> Read {
        let contracts = step.cursors.map(\.address)
        let reading: LogReader.Reading
        do {
            reading = try await reader.read(block: block, of: contracts, at: node)
        } catch let error as RPCError where !error.isOfTheNode {
            // Another node may take it.
            throw FollowFault("block \(block) alone is too much for the node: \(error)")
        }
        guard let header = reading.last else {
            // It has been asked for by its height: where there is none of that height, the chain above it says so.
            guard try await pass(absent: step, node) else { throw FollowFault("the node does not have block \(block)") }
            return .stored
        }
        let known = chain
        try reader.check(reading, block...block, of: contracts) { known.hash(at: $0) }
        if let hash = known.hash(at: block), hash != header.hash { return .moved }
        try mind(reading.logs.malformed, in: block...block, node)
        guard try await seek(quorum: reading, block...block, contracts, node) else { return .narrower }
        if !step.isBacklog, try await isInDoubt(header, reading, contracts, node) { return .unindexed }
        let alone = Step(range: block...block, cursors: step.cursors, isBacklog: step.isBacklog)
        try await store(reading, alone, header)
        return .stored
    }

    /// The node does not go back so far, nor does any other: what lies between is noted as a gap, and reading goes on
    /// behind it.
    ///
    /// Every node has to say so itself; one that is silent is waited for, but not for ever.
    private mutating func passGap(
        _ step: Step,
        _ range: ClosedRange<UInt64>,
        _ head: BlockHeader,
        _ node: EthereumClient,
        _ reason: String
    ) async throws {
        let contracts = step.cursors.map(\.address)
        let first = step.range.lowerBound
        var keepers: [EthereumClient] = []
        var silent: [String] = []
        for asked in [node] + client.known.filter({ $0.index != node.index }) {
            switch await keeps(first, contracts, asked) {
            case .yes where asked.index == node.index:
                // One answer was a slip, or it spoke of the blocks that are read once more.
                _ = planner.refused(range)
                return
            case .yes:
                // It comes first for a while.
                node.setBehind()
                gapping.patience.end()
                throw FollowFault("\(reason): another node is asked")
            case .no: keepers.append(asked)
            case .silent(let error): silent.append("\(asked.maskedEndpoint): \(error)")
            }
        }
        guard !keepers.isEmpty else { throw FollowFault(reason) }
        if gapping.block != first { gapping = (first, Patience()) }
        if !silent.isEmpty, !gapping.patience.isOver(after: options.gapPatience, at: environment.now) {
            let others = silent.joined(separator: "; ")
            throw FollowFault("\(reason); whether others have the block is not known: \(others)", isOfTheNode: false)
        }
        var closed = head.number - min(1, head.number)
        for keeper in keepers { closed = min(closed, try await lastTooOld(first, head.number, contracts, keeper)) }
        guard closed >= first else { return }
        let words = silent.isEmpty ? reason : "\(reason); silent: \(silent.joined(separator: "; "))"
        try await store.skip(first...closed, for: step.cursors, words, at: environment.now)
        cursors = try await store.cursors(of: cursors)
        tailFloor = closed + 1
        environment.counters.increment("chain.gaps")
        environment.log.error(
            "blocks cannot be read any more: requests in them are unknown",
            ["block.from": first, "block.to": closed, "reason": words, "remedy": "replay with a node that has them"]
        )
    }

    private enum Keeping {
        case yes
        /// It says itself that it does not go back so far.
        case no
        case silent(String)
    }

    private func keeps(_ block: UInt64, _ contracts: [Address], _ node: EthereumClient) async -> Keeping {
        do throws(RPCError) {
            let reading = try await reader.read(block...block, of: contracts, withHeaderAt: block, at: node)
            guard reading.last == nil else { return .yes }
            // A height without a block, or a node that has not come so far.
            let shown = try await node.headerWithHead(at: block)
            let isBelow = shown.head.map { $0.number > block } ?? false
            return isBelow ? .yes : .silent("it does not have block \(block)")
        } catch {
            return error.logRangeFailure == .tooOld ? .no : .silent("\(error)")
        }
    }

    /// The last block that is too old for this node, found by halving.
    private func lastTooOld(
        _ first: UInt64,
        _ head: UInt64,
        _ contracts: [Address],
        _ node: EthereumClient
    ) async throws -> UInt64 {
        var (closed, open) = (first, head)
        while open > closed, open - closed > 1 {
            let middle = closed + (open - closed) / 2
            switch await keeps(middle, contracts, node) {
            case .yes: open = middle
            case .no: closed = middle
            case .silent(let error): throw FollowFault("how far back the node goes is not known: \(error)")
            }
        }
        return closed
    }
}
