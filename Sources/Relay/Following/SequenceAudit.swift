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
    /// Ids given up earlier that are looked for again in one round.
    private static let soughtPerRound = 4
    /// Ids below the newest that are looked at in the first round, at most.
    private static let depth: UInt64 = 100_000

    let contract: Address
    let contractID: Int64
    private var sequence: JobSequence?
    /// Requests of ids that are still to be accounted for are in this block or above.
    private var since: UInt64 = 0
    /// The last of the missing ids that was looked for again.
    private var soughtLast: UInt64 = 0
    /// Of a contract that does not tell how many there are.
    var numbers = JobNumbers()
    var search: Search?
    /// Which of its holes was looked for again last.
    var soughtHole = 0

    init(_ cursor: ContractCursor) {
        contract = cursor.address
        contractID = cursor.contractID
    }

    /// Ids whose requests are nowhere to be found.
    var missing: Int { (sequence?.missing.count ?? 0) + numbers.count }

    typealias Read = (_ block: UInt64, _ hash: Hash32) async throws -> LogReader.Reading

    /// What a round has come to.
    struct Round {
        /// The logs of holes that could be filled.
        var found = LogBatch()
        /// Why it ended before all was looked at: at the next one this is tried again.
        var trouble: (any Error)?
    }

    /// One round, of what has been read twice.
    ///
    /// `read` reads a block in which a request of that hash should be; it throws where the reading may not be believed.
    /// Throws what the store throws; a node's trouble ends the round.
    mutating func round(
        _ cursor: ContractCursor,
        _ reader: LogReader,
        _ store: RelayStore,
        at node: EthereumClient,
        read: Read
    ) async throws -> Round {
        var round = Round()
        do {
            try await look(cursor, reader, store, node, &round.found, read)
        } catch  where Self.isTheNodes(error) {
            round.trouble = error
        }
        return round
    }

    static func isTheNodes(_ error: any Error) -> Bool {
        error is RPCError || error is LogCheck.Fault || error is FollowFault || error is ContractDesk.UnexpectedOutput
    }

    private mutating func look(
        _ cursor: ContractCursor,
        _ reader: LogReader,
        _ store: RelayStore,
        _ node: EthereumClient,
        _ found: inout LogBatch,
        _ read: Read
    ) async throws {
        let binding = reader.book[contract]
        guard binding?.views.record?.tellsPlaces == true else { return }
        let desk = ContractDesk(client: node, book: reader.book)
        guard let count = try await desk.jobCount(of: contract)?.asUInt64 else { return }
        var sequence = try await known(cursor, count, desk)
        // What is known so far counts, whatever ends the round.
        defer { self.sequence = sequence }
        // What is not final yet may be given to another request by a reorganisation.
        let final = min(since, cursor.secondBlock)..<cursor.secondBlock
        let known = try await store.jobIDs(of: contractID, from: sequence.next, in: final)
        var holes = 0
        while holes < Self.holesPerRound, let id = sequence.hole(count: count, known: known) {
            holes += 1
            let outcome = try await fill(id, cursor, reader, desk, &found, read)
            guard outcome != .notYet else { break }
            if outcome == .nowhere { sequence.giveUp(id) } else { sequence.fill(id) }
        }
        if holes < Self.holesPerRound { since = cursor.secondBlock }
        // Those given up are looked for again, a few at a time and each in its turn.
        let missing = sequence.missing.sorted()
        let turn = (missing.filter { $0 > soughtLast } + missing.filter { $0 <= soughtLast }).prefix(
            Self.soughtPerRound
        )
        for id in turn {
            soughtLast = id
            if try await fill(id, cursor, reader, desk, &found, read) == .found { sequence.fill(id) }
        }
    }

    private enum Outcome {
        case found
        /// In a block before those that are followed.
        case before
        case notYet
        case nowhere
    }

    /// Reads the block in which the contract says that the job was asked for.
    private func fill(
        _ id: UInt64,
        _ cursor: ContractCursor,
        _ reader: LogReader,
        _ desk: ContractDesk,
        _ found: inout LogBatch,
        _ read: Read
    ) async throws -> Outcome {
        // What the node does not know, or what has not been read twice, is no hole yet.
        guard let job = try await desk.job(UInt256(id), of: contract), job.state != .none,
            let block = job.requestedAt?.asUInt64, let hash = job.requestHash, block < cursor.secondBlock
        else { return .notYet }
        guard block >= cursor.startBlock else { return .before }
        let reading: LogReader.Reading
        do {
            reading = try await read(block, hash)
        } catch {
            guard (error as? RPCError)?.logRangeFailure == .tooOld else { throw error }
            return .nowhere
        }
        guard let log = reading.logs.logs.first(where: { $0.contentHash == hash && !$0.removed }) else {
            return .nowhere
        }
        found.logs.append(log)
        return .found
    }

    private mutating func known(
        _ cursor: ContractCursor,
        _ count: UInt64,
        _ desk: ContractDesk
    ) async throws -> JobSequence {
        if let sequence { return sequence }
        let first = try await begin(cursor, count, desk)
        if first.next <= count {
            since = try await desk.job(UInt256(first.next), of: contract)?.requestedAt?.asUInt64 ?? 0
        }
        return first
    }

    /// Ids grow with the blocks, so the first that counts is found by halving.
    private func begin(_ cursor: ContractCursor, _ count: UInt64, _ desk: ContractDesk) async throws -> JobSequence {
        var (before, from) = (count > Self.depth ? count - Self.depth : 0, count &+ 1)
        guard count < .max else { throw FollowFault("\(contract) has counted \(count) jobs: there is no such number") }
        while from - before > 1 {
            let middle = before + (from - before) / 2
            let job = try await desk.job(UInt256(middle), of: contract)
            // Behind a balancer one node may have counted it, and another one not yet.
            guard let job, job.state != .none else {
                throw FollowFault("job \(middle) of \(contract) is not there any more")
            }
            let block = job.requestedAt?.asUInt64 ?? .max
            if block < cursor.startBlock { before = middle } else { from = middle }
        }
        return JobSequence(first: from)
    }
}
