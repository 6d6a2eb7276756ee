internal import Ethereum
internal import EthereumRPC
internal import RelayCore
internal import RelayStore
internal import Telemetry

/// Reading from the cursors to the head.
extension Follower {
    /// Ranges in one look, at most: then the head is asked for again.
    private static let rangesPerLook = 32
    /// Blocks below the head that a node may have and not their logs.
    private static let longestLogLag: UInt64 = 8
    /// So far below the head the blocks of logs are checked; deeper ones have been settled long before they are read.
    private static let checkedDepth: UInt64 = 64
    /// How often a block is read again that seems to hold what its logs do not show.
    private static let doubts = 3

    struct Step {
        /// The lowest unread blocks, and the contracts that have not been read there.
        var range: ClosedRange<UInt64>
        var cursors: [ContractCursor]
    }

    /// Reads on to this head; the first range that is stored takes the block with it that is `final` from now on.
    mutating func readOn(
        to head: BlockHeader,
        at node: EthereumClient,
        settle: Release?,
        final: ChainLink?
    ) async throws -> Outcome {
        var final = final
        var ranges = 0
        while let step = nextStep(head: head.number, settle: settle), !environment.stop.isRequested {
            ranges += 1
            guard ranges <= Self.rangesPerLook else { return .again }
            switch try await read(step, head, node, settle, &final) {
            case .stored, .narrower: break
            case .moved: return .again
            }
        }
        if let link = final {
            _ = try await store.ingest(IngestBatch(final: link), at: environment.now)
            chain.finalise(link)
        }
        return .idle
    }

    /// Far below the head ranges end where what is final ends, so that it is released at once; above that each ends with a
    /// block that is remembered.
    private func nextStep(head: UInt64, settle: Release?) -> Step? {
        let head = head - min(head, logLag)
        guard let lowest = cursors.map(\.nextBlock).min(), lowest <= head else { return nil }
        // Where the next contract begins the range ends, so that each range has one set of contracts.
        let others = cursors.map(\.nextBlock).filter { $0 > lowest }.min()
        let bound = settle.map { isFar(lowest, below: $0.number) ? min($0.number, head) : head } ?? head
        let end = others.map { min($0 - 1, bound) } ?? bound
        guard let range = planner.range(from: lowest, head: end), let last = self.end(of: range, head: head) else {
            return nil
        }
        return Step(range: lowest...last, cursors: cursors.filter { $0.nextBlock == lowest })
    }

    /// Whether a range of its own is worth its call: more than what comes between two looks.
    private func isFar(_ lowest: UInt64, below final: UInt64) -> Bool {
        let blocks = pace.blockTime.map { BlockPace.slowest * 2 / max($0, .milliseconds(1)) } ?? 0
        return lowest <= final && final - lowest >= max(32, UInt64(max(0, min(blocks, 1e6))))
    }

    /// A height without a block of its own ends no range: one below it does, or one above.
    private func end(of range: ClosedRange<UInt64>, head: UInt64) -> UInt64? {
        guard absent.contains(range.upperBound) else { return range.upperBound }
        return range.reversed().first { !absent.contains($0) }
            ?? (range.upperBound...max(head, range.upperBound)).prefix(Self.rangesPerLook).first {
                !absent.contains($0)
            }
    }

    private enum Read {
        case stored
        /// The node wants a smaller range, which is planned already.
        case narrower
        /// The chain has moved under the reading.
        case moved
    }

    private mutating func read(
        _ step: Step,
        _ head: BlockHeader,
        _ node: EthereumClient,
        _ settle: Release?,
        _ final: inout ChainLink?
    ) async throws -> Read {
        let last = step.range.upperBound
        let finalNumber = settle?.number
        // A block to be remembered: what is not final yet, and the last one that is.
        let isNew = chain.tip.map { last > $0.number } ?? true
        let withLast = isNew && (finalNumber.map { last >= $0 } ?? true)
        let range = withTail(step, head: head.number)
        let contracts = step.cursors.map(\.address)
        let reading: LogReader.Reading
        do {
            reading = try await reader.read(range, of: contracts, withLast: withLast, at: node)
        } catch {
            return try await refused(error, step, range, head, node)
        }
        return try await take(reading, of: range, step, withLast, head, node, settle, &final)
    }

    /// Checks what was read, and stores it.
    private mutating func take(
        _ reading: LogReader.Reading,
        of range: ClosedRange<UInt64>,
        _ step: Step,
        _ withLast: Bool,
        _ head: BlockHeader,
        _ node: EthereumClient,
        _ settle: Release?,
        _ final: inout ChainLink?
    ) async throws -> Read {
        let last = step.range.upperBound
        let contracts = step.cursors.map(\.address)
        if withLast, last == head.number, reading.last?.hash != head.hash {
            guard reading.last != nil else { throw FollowFault("the node does not have its own head \(last)") }
            return .moved
        }
        if withLast, reading.last == nil {
            absent.insert(last)
            return .narrower
        }
        if let header = reading.last, let tip = chain.tip, header.number == tip.number + 1,
            header.parentHash != tip.hash
        {
            return .moved
        }
        let links = chain
        try reader.check(reading, range, of: contracts) { links.hash(at: $0) }
        // Not of the blocks that are read once more with each head.
        let known = max(
            step.range.lowerBound - min(1, step.range.lowerBound),
            head.number - min(head.number, Self.checkedDepth)
        )
        try await confirm(blocksOf: reading, above: known, node)
        guard try await seek(quorum: reading, range, contracts, node) else {
            guard absent.contains(step.range.lowerBound), try await pass(absent: step, node) else { return .narrower }
            return .stored
        }
        if let header = reading.last, try doubts(header, reading, contracts) { return .moved }
        try await store(reading, step, withLast ? reading.last : nil, settle, head, &final)
        return .stored
    }

    /// The range, and where it reaches what is not final, the blocks below it that are read once more.
    private func withTail(_ step: Step, head: UInt64) -> ClosedRange<UInt64> {
        let range = step.range
        guard let final = chain.final, range.lowerBound > final.number else { return range }
        let first = max(step.cursors.map(\.startBlock).max() ?? range.lowerBound, final.number + 1)
        let room = planner.window - min(planner.window, range.upperBound - range.lowerBound + 1)
        let below = min(options.longestTail, room, range.lowerBound - min(range.lowerBound, first))
        return (range.lowerBound - below)...range.upperBound
    }

    private mutating func store(
        _ reading: LogReader.Reading,
        _ step: Step,
        _ last: BlockHeader?,
        _ settle: Release?,
        _ head: BlockHeader,
        _ final: inout ChainLink?
    ) async throws {
        var batch = reader.batch(reading.logs)
        batch.cursors = step.cursors.map { cursor in
            var cursor = cursor
            cursor.nextBlock = step.range.upperBound.saturatingAdding(1)
            return cursor
        }
        batch.link = last.map(ChainLink.init)
        batch.final = final
        // Anything below the head is confirmed first, at the next look, and where several nodes can say so by them.
        if let link = batch.link, let settle, link.number == settle.number, link.hash == head.hash, client.nodeCount < 3
        {
            try check(link, is: settle)
            batch.final = link
        }
        let report = try await store.ingest(batch, at: environment.now)
        if let link = batch.link { chain.extend(to: link) }
        if let link = batch.final { chain.finalise(link) }
        final = nil
        planner.answered()
        for cursor in batch.cursors {
            if let index = cursors.firstIndex(where: { $0.contractID == cursor.contractID }) {
                cursors[index].nextBlock = cursor.nextBlock
            }
        }
        if let newest = batch.requests.map(\.place.blockNumber).max() { foundIn = max(foundIn ?? 0, newest) }
        tell(report, step.range.upperBound)
    }

    private func tell(_ report: IngestReport, _ block: UInt64) {
        let counters = environment.counters
        counters.increment("requests.found", by: Int64(report.found))
        counters.increment("requests.returned", by: Int64(report.returned))
        counters.increment("logs.rejected", by: Int64(report.rejected))
        counters.set("chain.cursor", to: Int64(clamping: block))
        if report.found > 0 {
            environment.log.info("requests found", ["requests": report.found, "block.number": block])
        }
        if report.returned > 0 {
            environment.log.info("requests back in the chain", ["requests": report.returned, "block.number": block])
        }
        if report.rejected > 0 {
            environment.log.warning("logs rejected", ["logs": report.rejected, "block.number": block])
        }
    }

    // MARK: Refusals

    private mutating func refused(
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
    private mutating func pass(absent step: Step, _ node: EthereumClient) async throws -> Bool {
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

    // MARK: Doubts

    /// Where a reorganisation may come in between, each block of the logs must be the one at its height: of those that are
    /// not known already there are few.
    private func confirm(
        blocksOf reading: LogReader.Reading,
        above lowest: UInt64,
        _ node: EthereumClient
    ) async throws {
        var last = reading.last?.number
        for log in reading.logs.logs where !log.removed && log.blockNumber > lowest && log.blockNumber != last {
            last = log.blockNumber
            guard log.blockNumber != reading.last?.number, chain.hash(at: log.blockNumber) == nil else { continue }
            guard try await node.header(at: .number(log.blockNumber))?.hash == log.blockHash else {
                throw LogCheck.Fault("block \(log.blockNumber) of the logs is not the node's own")
            }
        }
    }

    /// Other nodes must give the same logs, as many as the operator wants.
    ///
    /// False: one of them wants a smaller range, which is planned.
    mutating func seek(
        quorum reading: LogReader.Reading,
        _ range: ClosedRange<UInt64>,
        _ contracts: [Address],
        _ node: EthereumClient
    ) async throws -> Bool {
        var missing = options.quorum - 1
        let mine = reading.logs.logs.filter { !$0.removed }
        var differing: [String] = []
        var isNarrower = false
        for other in node.others where missing > 0 {
            let theirs: LogReader.Reading
            do {
                theirs = try await second(opinion: reading, range, contracts, other)
            } catch {
                if case .tooMany(let hint)? = (error as? RPCError)?.logRangeFailure {
                    isNarrower = planner.refused(range, hint: hint) == .narrower || isNarrower
                }
                continue
            }
            if theirs.logs.logs.filter({ !$0.removed }) == mine {
                missing -= 1
            } else {
                differing.append(other.maskedEndpoint)
            }
        }
        guard missing > 0 else { return true }
        if isNarrower { return false }
        environment.counters.increment("quorum.missed")
        let words = differing.isEmpty ? "no other node answers" : "\(differing.joined(separator: ", ")) differ"
        throw FollowFault(
            "blocks \(range.lowerBound) to \(range.upperBound): \(options.quorum) nodes must give the same logs; \(words)"
        )
    }

    /// The same range at another node; a block that is too much for a range by its hash.
    private func second(
        opinion reading: LogReader.Reading,
        _ range: ClosedRange<UInt64>,
        _ contracts: [Address],
        _ other: EthereumClient
    ) async throws -> LogReader.Reading {
        let header = reading.last
        let theirs: LogReader.Reading
        do {
            theirs = try await reader.read(range, of: contracts, withHeaderAt: header?.number, at: other)
        } catch {
            guard case .tooMany = error.logRangeFailure, range.count == 1 else { throw error }
            theirs = try await reader.read(block: range.lowerBound, of: contracts, at: other)
            guard theirs.last?.number == header?.number else { return theirs }
        }
        guard theirs.last?.hash == header?.hash else { throw FollowFault("it is on another branch, or not as far") }
        return theirs
    }

    /// Whether to read again, since the block's bloom speaks of logs that the answer does not have: the node may not have
    /// them yet.
    ///
    /// Blooms err on the side of logs, so a few times are enough.
    private mutating func doubts(
        _ header: BlockHeader,
        _ reading: LogReader.Reading,
        _ contracts: [Address]
    ) throws -> Bool {
        guard let bloom = header.logsBloom, !bloom.isFull, bloom.mayContain(reader.binding.requestEvent.topic),
            contracts.contains(where: { bloom.mayContain($0) }),
            !reading.logs.logs.contains(where: { $0.blockNumber == header.number })
        else { return false }
        let times = doubt.map { $0.block == header.hash ? $0.times : 0 } ?? 0
        guard times < Self.doubts else {
            environment.counters.increment("blooms.unexplained")
            return false
        }
        doubt = (header.hash, times + 1)
        throw FollowFault("block \(header.number) has no logs although its bloom speaks of some: not indexed yet")
    }
}
