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
            try await passGap(step, head, node, "\(error)")
            return .narrower
        case .beyondHead, .unknownBlock, .other:
            throw error
        }
    }

    /// A range that must be wider than the node allows, since it begins with heights that have no block, begins above the
    /// first of them: there is nothing to read.
    mutating func pass(absent step: Step, _ node: EthereumClient) async throws -> Bool {
        let height = step.range.lowerBound
        let answer = try await node.headerWithHead(at: height)
        guard answer.header == nil, let head = answer.head, head.number > height else { return false }
        var none: ChainLink?
        let nothing = LogReader.Reading(logs: LogBatch())
        try await store(nothing, Step(range: height...height, cursors: step.cursors), nil, nil, head, &none)
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
        let known = chain
        try reader.check(reading, block...block, of: contracts) { known.hash(at: $0) }
        guard try await seek(quorum: reading, block...block, contracts, node) else { return .narrower }
        var none: ChainLink?
        let isLinked = block > chain.tip?.number ?? 0
        try await store(
            reading,
            Step(range: block...block, cursors: step.cursors),
            isLinked ? reading.last : nil,
            nil,
            head,
            &none
        )
        return .stored
    }

    /// The node does not go back so far, nor does any other: what lies between is noted as a gap, and reading goes on
    /// behind it.
    private mutating func passGap(
        _ step: Step,
        _ head: BlockHeader,
        _ node: EthereumClient,
        _ reason: String
    ) async throws {
        let contracts = step.cursors.map(\.address)
        let first = step.range.lowerBound
        // One answer may be a slip.
        if (try? await reader.read(first...first, of: contracts, withLast: false, at: node)) != nil {
            _ = planner.refused(step.range)
            return
        }
        for other in node.others
        where (try? await reader.read(first...first, of: contracts, withLast: false, at: other)) != nil {
            // Another one has them: it comes first for a while.
            node.setBehind()
            throw FollowFault("\(reason): another node is asked")
        }
        var (closed, open) = (first, head.number)
        while open - closed > 1 {
            let middle = closed + (open - closed) / 2
            do {
                _ = try await reader.read(middle...middle, of: contracts, withLast: false, at: node)
                open = middle
            } catch {
                guard error.logRangeFailure == .tooOld else { throw error }
                closed = middle
            }
        }
        try await store.skip(first...closed, for: step.cursors, reason, at: environment.now)
        for cursor in step.cursors {
            if let index = cursors.firstIndex(where: { $0.contractID == cursor.contractID }) {
                cursors[index].nextBlock = closed + 1
            }
        }
        environment.counters.increment("chain.gaps")
        environment.log.error(
            "blocks cannot be read any more: requests in them are unknown",
            ["block.from": first, "block.to": closed, "reason": reason, "remedy": "replay with a node that has them"]
        )
    }
}
