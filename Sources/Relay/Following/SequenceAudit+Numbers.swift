internal import Ethereum
internal import EthereumRPC
internal import RelayCore
internal import RelayStore

/// Contracts that count their requests and tell of them by their logs alone, as those of Lilypad v0 do: none of them says how
/// many there are, or in which block one was asked for.
///
/// So a hole is what lies between two known ids, and the blocks between theirs are read again, at each node. Nothing is
/// made up of what such a contract remembers: without its log a request has no place, and never becomes final.
extension SequenceAudit {
    /// Ranges of one round, each at all nodes.
    private static let rangesPerRound = 8

    /// A hole whose blocks are being read again.
    struct Search: Sendable {
        let hole: JobNumbers.Hole
        var planner: LogRangePlanner
        var next: UInt64
        var found: Set<UInt64> = []

        init(_ hole: JobNumbers.Hole, window: UInt64) {
            self.hole = hole
            planner = LogRangePlanner(maximum: window)
            next = hole.blocks.lowerBound
        }
    }

    /// Reads a range at a node, for requests of these ids.
    typealias ReadRange = (
        _ range: ClosedRange<UInt64>, _ ids: ClosedRange<UInt64>, _ node: EthereumClient
    ) async throws -> LogReader.Reading

    /// One round; as with `round`, a node's trouble ends it.
    mutating func roundBetween(
        _ cursor: ContractCursor,
        _ reader: LogReader,
        _ store: RelayStore,
        at nodes: [EthereumClient],
        window: UInt64,
        read: ReadRange
    ) async throws -> Round {
        var round = Round()
        guard reader.book[contract]?.countsJobs == true else { return round }
        do {
            try await look(cursor, store, window, &round.found) { range, ids in
                try await Self.read(range, ids, reader, nodes, read)
            }
        } catch  where Self.isTheNodes(error) {
            round.trouble = error
        }
        return round
    }

    private mutating func look(
        _ cursor: ContractCursor,
        _ store: RelayStore,
        _ window: UInt64,
        _ found: inout LogBatch,
        _ read: (ClosedRange<UInt64>, ClosedRange<UInt64>) async throws -> [UInt64: Log]
    ) async throws {
        if let lowest = numbers.missing.map(\.ids.lowerBound).min() {
            // A replay, or another reading, may have found them.
            numbers.fill(try await store.jobIDs(of: contractID, from: lowest, in: 0..<cursor.secondBlock))
        }
        // What is not final yet may be given to another request by a reorganisation.
        let blocks = min(numbers.block, cursor.secondBlock)..<cursor.secondBlock
        let known = try await store.jobBlocks(of: contractID, from: numbers.last ?? 0, in: blocks)
        for turn in 0..<Self.rangesPerRound {
            if search == nil {
                // Where there is no new hole, an old one at a time is looked for again.
                search =
                    (numbers.hole(in: known) ?? (turn == 0 ? nextMissing() : nil)).map { Search($0, window: window) }
            }
            guard var search, let range = search.planner.range(from: search.next, head: search.hole.blocks.upperBound)
            else { return }
            do {
                for (id, log) in try await read(range, search.hole.ids) where search.found.insert(id).inserted {
                    found.logs.append(log)
                }
                search.planner.answered()
                search.next = range.upperBound &+ 1
            } catch {
                guard case .tooMany(let hint)? = (error as? RPCError)?.logRangeFailure,
                    search.planner.refused(range, hint: hint) == .narrower
                else { throw error }
            }
            let isAll = UInt64(search.found.count) > search.hole.ids.upperBound - search.hole.ids.lowerBound
            self.search = search
            guard isAll || search.next > search.hole.blocks.upperBound || search.next == 0 else { continue }
            numbers.close(search.hole, found: search.found)
            self.search = nil
        }
    }

    private mutating func nextMissing() -> JobNumbers.Hole? {
        guard !numbers.missing.isEmpty else { return nil }
        soughtHole = (soughtHole + 1) % numbers.missing.count
        return numbers.missing[soughtHole]
    }

    /// The logs of requests of these ids, as the first node that has some of them shows them.
    ///
    /// A node that does not go back so far, or does not answer, is passed over unless all are like it.
    private static func read(
        _ range: ClosedRange<UInt64>,
        _ ids: ClosedRange<UInt64>,
        _ reader: LogReader,
        _ nodes: [EthereumClient],
        _ read: ReadRange
    ) async throws -> [UInt64: Log] {
        var found: [UInt64: Log] = [:]
        var failure: (any Error)?
        var hasAnswer = false
        for node in nodes {
            do {
                let reading = try await read(range, ids, node)
                hasAnswer = true
                found.merge(reader.requests(of: ids, in: reading)) { known, _ in known }
            } catch {
                let how = (error as? RPCError)?.logRangeFailure
                if case .tooMany = how { throw error }
                hasAnswer = hasAnswer || how == .tooOld
                failure = failure ?? error
            }
        }
        if let failure, !hasAnswer { throw failure }
        return found
    }
}

extension LogReader {
    /// The logs of an answer that are requests of these ids.
    func requests(of ids: ClosedRange<UInt64>, in reading: Reading) -> [UInt64: Log] {
        let wanted = batch(reading.logs).requests.filter { request in
            request.jobID.asUInt64.map(ids.contains) ?? false
        }
        let logs = Dictionary(reading.logs.logs.filter { !$0.removed }.map { ($0.contentHash, $0) }) { first, _ in first
        }
        return Dictionary(
            wanted.compactMap { request in
                guard let id = request.jobID.asUInt64, let log = logs[request.hash] else { return nil }
                return (id, log)
            }
        ) { first, _ in first }
    }
}
