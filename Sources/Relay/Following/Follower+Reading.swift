internal import Ethereum
internal import EthereumRPC
internal import RelayCore
internal import RelayStore
internal import Telemetry

/// Reading from the cursors to the head.
extension Follower {
    /// Ranges in one look, at most: then the head is asked for again.
    private static let rangesPerLook = 32
    /// The same of what lies far behind, while there are contracts near the head.
    private static let backlogPerLook = 4
    /// So far below the head the blocks of logs are checked; deeper ones have been settled long before they are read.
    private static let checkedDepth: UInt64 = 64

    struct Step {
        /// The lowest unread blocks, and the contracts that have not been read there.
        var range: ClosedRange<UInt64>
        var cursors: [ContractCursor]
        /// Far below the head: those that are near it have been read to it.
        var isBacklog: Bool
    }

    /// How far a look has read.
    enum Reach {
        /// To the head.
        case head
        /// The chain has moved under the reading, or there is very much of it.
        case moved
    }

    /// Reads contracts near the head to it; `bound` is what is final by the head that was told.
    mutating func readOn(to head: BlockHeader, at node: EthereumClient, bound: UInt64?) async throws -> Reach {
        var ranges = 0
        while let step = nextStep(head.number, bound), !step.isBacklog, !environment.stop.isRequested {
            ranges += 1
            guard ranges <= Self.rangesPerLook else { return .moved }
            switch try await read(step, head, node) {
            case .stored, .narrower: break
            case .moved: return .moved
            case .unindexed: return .head
            }
        }
        return .head
    }

    /// Reads a part of what contracts far below the head have left.
    mutating func readBacklog(below head: BlockHeader, at node: EthereumClient, bound: UInt64?) async throws -> Outcome
    {
        let hasOthers = cursors.contains { $0.nextBlock > head.number }
        for _ in 0..<(hasOthers ? Self.backlogPerLook : Self.rangesPerLook) {
            guard let step = nextStep(head.number, bound), !environment.stop.isRequested else { return .idle }
            // What is near waits for the next look.
            guard step.isBacklog else { return .again }
            switch try await read(step, head, node) {
            case .stored, .narrower: break
            case .moved, .unindexed: return .again
            }
        }
        return .again
    }

    /// Contracts near the head come first: one that is new and begins long ago holds nobody up.
    ///
    /// Far below the head ranges end where what is final ends, so that it is released at once; above that each ends with a
    /// block that is remembered.
    private func nextStep(_ head: UInt64, _ final: UInt64?) -> Step? {
        let head = head - min(head, logLag)
        let unread = cursors.map(\.nextBlock).filter { $0 <= head }
        let near = unread.filter { head - $0 <= options.window }
        guard let lowest = near.min() ?? unread.min() else { return nil }
        // Where the next contract begins the range ends, so that each range has one set of contracts.
        let others = cursors.map(\.nextBlock).filter { $0 > lowest }.min()
        let bound = final.map { isFar(lowest, below: $0) ? min($0, head) : head } ?? head
        let end = others.map { min($0 - 1, bound) } ?? bound
        guard let range = planner.range(from: lowest, head: end), let last = self.end(of: range, head: head) else {
            return nil
        }
        let group = cursors.filter { $0.nextBlock == lowest }
        return Step(range: lowest...last, cursors: group, isBacklog: near.isEmpty)
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

    enum Read {
        case stored
        /// The node wants a smaller range, which is planned already.
        case narrower
        /// The chain has moved under the reading.
        case moved
        /// The node seems not to have the logs of its newest block yet.
        case unindexed
    }

    private mutating func read(_ step: Step, _ head: BlockHeader, _ node: EthereumClient) async throws -> Read {
        let range = withTail(step, head: head.number)
        let contracts = step.cursors.map(\.address)
        let reading: LogReader.Reading
        do {
            // With the block that the range ends with, always: of blocks that it does not have a node may say that there
            // is nothing in them.
            reading = try await reader.read(range, of: contracts, withHeaderAt: step.range.upperBound, at: node)
        } catch {
            return try await refused(error, step, range, head, node)
        }
        return try await take(reading, of: range, step, head, node)
    }

    /// Checks what was read, and stores it.
    private mutating func take(
        _ reading: LogReader.Reading,
        of range: ClosedRange<UInt64>,
        _ step: Step,
        _ head: BlockHeader,
        _ node: EthereumClient
    ) async throws -> Read {
        let last = step.range.upperBound
        let contracts = step.cursors.map(\.address)
        guard let header = reading.last else {
            guard last != head.number, chain.hash(at: last) == nil else {
                throw FollowFault("the node does not have block \(last) any more")
            }
            absent.insert(last)
            return .narrower
        }
        if last == head.number, header.hash != head.hash { return .moved }
        if let tip = chain.tip, header.number == tip.number + 1, header.parentHash != tip.hash { return .moved }
        if let known = chain.hash(at: last), header.hash != known { return .moved }
        let links = chain
        try reader.check(reading, range, of: contracts) { links.hash(at: $0) }
        try mind(reading.logs.malformed, in: range, node)
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
        // What lies far below the head has long been indexed.
        if !step.isBacklog, try await isInDoubt(header, reading, contracts, node) { return .unindexed }
        try await store(reading, step, header)
        return .stored
    }

    /// The range, and where it reaches what is not final, the blocks below it that are read once more.
    private func withTail(_ step: Step, head: UInt64) -> ClosedRange<UInt64> {
        let range = step.range
        guard let final = chain.final, range.lowerBound > final.number else { return range }
        let first = max(step.cursors.map(\.startBlock).max() ?? range.lowerBound, final.number + 1, tailFloor)
        let room = planner.window - min(planner.window, range.upperBound - range.lowerBound + 1)
        let below = min(options.longestTail, room, range.lowerBound - min(range.lowerBound, first))
        return (range.lowerBound - below)...range.upperBound
    }

    mutating func store(_ reading: LogReader.Reading, _ step: Step, _ last: BlockHeader?) async throws {
        var batch = reader.batch(reading.logs)
        batch.cursors = step.cursors.map { cursor in
            var cursor = cursor
            cursor.nextBlock = step.range.upperBound.saturatingAdding(1)
            return cursor
        }
        // A block to be remembered, unless those above it are remembered already.
        batch.link = last.flatMap { last in chain.tip.map { last.number > $0.number } ?? true ? ChainLink(last) : nil }
        let report = try await store.ingest(batch, at: environment.now)
        if let link = batch.link { chain.extend(to: link) }
        highest = max(highest, chain.tip?.number ?? 0)
        planner.answered()
        moveCursors(batch.cursors) { $0.nextBlock = $1.nextBlock }
        if let newest = batch.requests.map(\.place.blockNumber).max() { foundIn = max(foundIn ?? 0, newest) }
        tell(report, step.range.upperBound)
    }

    /// As they have been moved in the store.
    mutating func moveCursors(_ moved: [ContractCursor], _ move: (inout ContractCursor, ContractCursor) -> Void) {
        for cursor in moved {
            guard let index = cursors.firstIndex(where: { $0.contractID == cursor.contractID }) else { continue }
            move(&cursors[index], cursor)
        }
    }

    /// By the first final block all nodes are known from now on.
    mutating func finalise(_ link: ChainLink) async throws {
        _ = try await store.ingest(IngestBatch(final: link), at: environment.now)
        past?.note(chain.links.prefix { $0.number <= link.number })
        chain.finalise(link)
        client.anchor(at: BlockAnchor(number: link.number, hash: link.hash))
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
}
