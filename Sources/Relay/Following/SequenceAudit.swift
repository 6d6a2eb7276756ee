internal import Ethereum
internal import EthereumRPC
internal import RelayCore
internal import RelayStore
internal import Telemetry

/// Compares what has been read with what the contract itself says: its job ids count upwards, so a hole is a request that
/// every reading has missed.
///
/// In memory: each start begins with the contract's first block that counts, or with its newest ids where there are very
/// many.
struct SequenceAudit: Sendable {
    /// Holes that are looked at in one round.
    private static let holesPerRound = 16
    /// Ids below the newest that are looked at in the first round, at most.
    private static let depth: UInt64 = 100_000

    let contract: Address
    let contractID: Int64
    private var sequence: JobSequence?
    /// Requests of ids that are still to be accounted for are in this block or above.
    private var since: UInt64 = 0

    init(_ cursor: ContractCursor) {
        contract = cursor.address
        contractID = cursor.contractID
    }

    /// Ids whose requests are nowhere to be found.
    var missing: Int { sequence?.missing.count ?? 0 }

    /// One round, of what has been read twice.
    ///
    /// Returns the logs of holes that could be filled; throws `RPCError`, `ContractDesk.UnexpectedOutput`, and
    /// `LogCheck.Fault` for a block that does not hold together.
    mutating func round(
        _ cursor: ContractCursor,
        _ reader: LogReader,
        _ store: RelayStore,
        at node: EthereumClient
    ) async throws -> LogBatch {
        let desk = ContractDesk(client: node, binding: reader.binding)
        var found = LogBatch()
        guard let count = try await desk.jobCount(of: contract).asUInt64 else { return found }
        var sequence = try await known(cursor, count, desk)
        // Those given up are looked for again, a few at a time.
        for id in sequence.missing.sorted().prefix(4) {
            if try await fill(id, cursor, reader, desk, &found) == .found { sequence.fill(id) }
        }
        let known = try await store.jobIDs(of: contractID, from: sequence.next, above: since)
        var holes = 0
        while holes < Self.holesPerRound, let id = sequence.hole(count: count, known: known) {
            holes += 1
            let outcome = try await fill(id, cursor, reader, desk, &found)
            guard outcome != .notYet else { break }
            if outcome == .found { sequence.fill(id) } else { sequence.giveUp(id) }
        }
        if holes < Self.holesPerRound { since = cursor.secondBlock }
        self.sequence = sequence
        return found
    }

    private enum Outcome {
        case found
        case notYet
        case nowhere
    }

    /// Reads the block in which the contract says that the job was asked for.
    private func fill(
        _ id: UInt64,
        _ cursor: ContractCursor,
        _ reader: LogReader,
        _ desk: ContractDesk,
        _ found: inout LogBatch
    ) async throws -> Outcome {
        let job = try await desk.job(UInt256(id), of: contract)
        // What the node does not know, or what has not been read twice, is no hole yet.
        guard job.state != .none, let block = job.requestedAt.asUInt64, block < cursor.secondBlock else {
            return .notYet
        }
        let reading: LogReader.Reading
        do {
            reading = try await reader.read(block: block, of: [contract], at: desk.client)
        } catch {
            guard (error as? RPCError)?.logRangeFailure == .tooOld else { throw error }
            return .nowhere
        }
        try reader.check(reading, block...block, of: [contract]) { _ in nil }
        guard let log = reading.logs.logs.first(where: { $0.contentHash == job.requestHash && !$0.removed }) else {
            return .nowhere
        }
        found.logs.append(log)
        return .found
    }

    private func known(_ cursor: ContractCursor, _ count: UInt64, _ desk: ContractDesk) async throws -> JobSequence {
        if let sequence { return sequence }
        return try await begin(cursor, count, desk)
    }

    /// Ids grow with the blocks, so the first that counts is found by halving.
    private func begin(_ cursor: ContractCursor, _ count: UInt64, _ desk: ContractDesk) async throws -> JobSequence {
        var (before, from) = (count > Self.depth ? count - Self.depth : 0, count &+ 1)
        guard count < .max else { return JobSequence(first: .max) }
        while from - before > 1 {
            let middle = before + (from - before) / 2
            let block = try await desk.job(UInt256(middle), of: contract).requestedAt.asUInt64 ?? .max
            if block < cursor.startBlock { before = middle } else { from = middle }
        }
        return JobSequence(first: from)
    }
}
