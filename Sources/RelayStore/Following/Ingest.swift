package import Ethereum
package import RelayCore
internal import SQLite

/// What one range of blocks brought: stored in one transaction with the cursors that it moves (design D1).
package struct IngestBatch: Sendable {
    package var requests: [ObservedRequest]
    /// What contracts without a view for it say of jobs that are closed.
    package var outcomes: [ObservedOutcome] = []
    package var rejected: [RejectedLog]
    /// The block that the range ends with, where a reorganisation may still take it away.
    package var link: ChainLink?
    /// The block that is final now.
    package var final: ChainLink?
    /// Whether these requests are new on the chain: those of a replay come after them.
    package var isLive = true
    /// Whether this is the second reading, of what is final.
    package var isSecond = false
    /// The first unread block for each contract that was asked; empty for a replay, which moves no cursor.
    package var cursors: [ContractCursor]
    /// What a replay has read by this range.
    package var replayed: [ReplayedBlocks] = []

    package init(
        requests: [ObservedRequest] = [],
        rejected: [RejectedLog] = [],
        link: ChainLink? = nil,
        final: ChainLink? = nil,
        cursors: [ContractCursor] = []
    ) {
        self.requests = requests
        self.rejected = rejected
        self.link = link
        self.final = final
        self.cursors = cursors
    }
}

/// A log that cannot be a request, kept with its bytes and its reason.
package struct RejectedLog: Equatable, Sendable {
    package let reason: String
    /// Tells the same log from another one when a range is read again.
    package let digest: Hash32
    package let blockNumber: UInt64?
    package let logIndex: UInt64?
    package let transactionHash: Hash32?
    package let bytes: [UInt8]
    /// How many bytes there were; the store keeps the first of very many.
    package let size: Int

    package init(
        reason: String,
        digest: Hash32,
        blockNumber: UInt64?,
        logIndex: UInt64?,
        transactionHash: Hash32?,
        bytes: [UInt8],
        size: Int? = nil
    ) {
        self.reason = reason
        self.digest = digest
        self.blockNumber = blockNumber
        self.logIndex = logIndex
        self.transactionHash = transactionHash
        self.bytes = bytes
        self.size = size ?? bytes.count
    }
}

package struct IngestReport: Equatable, Sendable {
    /// Requests stored for the first time.
    package var found = 0
    /// Requests that were stored already.
    package var known = 0
    /// Orphans among them whose logs are in the chain again.
    package var returned = 0
    /// Logs put into quarantine for the first time.
    package var rejected = 0

    package init() {}
}

extension RelayStore {
    /// Headers kept below the newest one.
    static let headerDepth: Int64 = 4_096
    /// Of those further below it and above the final one, one of so many heights is kept.
    static let headerSpacing: Int64 = 256
    /// Logs kept in quarantine, and bytes of each: strangers choose how many there are.
    static let rejectedLimit: Int64 = 10_000
    static let rejectedBytes = 32 << 10

    /// Stores what a range brought, with its cursors, in one transaction.
    ///
    /// A request that is known keeps its state; its place is brought up to date.
    package func ingest(_ batch: IngestBatch, at now: Timestamp) async throws -> IngestReport {
        try await writer.write { t in
            var report = IngestReport()
            var contracts: [Address: Int64] = [:]
            let statements = try IngestStatements(t, isLive: batch.isLive)
            for request in batch.requests {
                switch try t.insert(request, by: statements, contracts: &contracts, at: now) {
                case .found: report.found += 1
                case .known: report.known += 1
                case .returned:
                    report.known += 1
                    report.returned += 1
                }
            }
            for outcome in batch.outcomes {
                try t.insert(outcome, isConfirmed: batch.isSecond, &contracts, at: now)
            }
            for log in batch.rejected where try t.insert(log, at: now) { report.rejected += 1 }
            if !batch.rejected.isEmpty { try t.trimRejected() }
            if let final = batch.final { try t.finalise(final) }
            if let link = batch.link { try t.insert(link) }
            for cursor in batch.cursors { try t.move(cursor) }
            for blocks in batch.replayed { try t.note(blocks) }
            return report
        }
    }
}

/// What is run for each new request, found once for all of them: to find it takes a hash of its text.
private struct IngestStatements {
    let find: Statement
    let insert: Statement
    let audit: Statement

    init(_ t: borrowing Transaction, isLive: Bool) throws {
        find = try t.prepare("SELECT id, state, orphaned_from FROM request WHERE hash_key = ? AND hash = ?")
        insert = try t.prepare(
            """
            INSERT INTO request (hash_key, hash, contract_id, job_id, requester, party, spec, result_type, echo, damage,
              block_number, block_hash, transaction_hash, log_index, replayed, state, wake_at, observed_at, changed_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, \(isLive ? 0 : 1), 'observed', 0, ?15, ?15)
            """
        )
        audit = try t.prepareAudit()
    }
}

/// What became of a request that was read.
private enum Insertion {
    case found
    case known
    case returned
}

extension Transaction {
    /// Inserts a request, or moves a known one to its place, and an orphan back to where it was.
    fileprivate borrowing func insert(
        _ request: ObservedRequest,
        by statements: IngestStatements,
        contracts: inout [Address: Int64],
        at now: Timestamp
    ) throws -> Insertion {
        if let (id, state, orphanedFrom) = try statements.find.row(of: request.hash) {
            try prepare(
                """
                UPDATE request SET block_number = ?, block_hash = ?, transaction_hash = ?, log_index = ?
                WHERE id = ? AND block_hash <> ?
                """
            ).binding(
                Int64(column: request.place.blockNumber),
                request.place.blockHash,
                request.place.transactionHash,
                Int64(column: request.place.logIndex),
                id,
                request.place.blockHash
            ).run()
            guard state == .orphaned else { return .known }
            try bringBack(id, from: orphanedFrom, in: request.place.blockNumber, at: now)
            return .returned
        }
        let contract = try contractID(of: request.contract, &contracts)
        try statements.insert.binding(
            request.hash.key,
            request.hash,
            contract,
            request.jobID,
            request.requester,
            request.party,
            request.spec,
            request.resultType.map { Int64($0) },
            request.echo.isEmpty ? nil : request.echo,
            request.damage,
            Int64(column: request.place.blockNumber),
            request.place.blockHash,
            request.place.transactionHash,
            Int64(column: request.place.logIndex),
            now.milliseconds
        ).run()
        try statements.audit.audit(lastInsertRowID, from: nil, to: .observed, "observed", detail: nil, at: now)
        return .found
    }

    borrowing func contractID(of address: Address, _ cache: inout [Address: Int64]) throws -> Int64 {
        if let known = cache[address] { return known }
        let id = try prepare("SELECT id FROM contract WHERE address = ?").binding(address.bytes)
            .first { try $0.int64(0) }
        guard let id else { throw StoreError.damaged("contract \(address) is not registered") }
        cache[address] = id
        return id
    }

    fileprivate borrowing func insert(_ log: RejectedLog, at now: Timestamp) throws -> Bool {
        try prepare(
            """
            INSERT INTO rejected_log (digest, reason, block_number, log_index, transaction_hash, bytes, size, seen_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """
        ).binding(
            log.digest.bytes,
            log.reason.cut(toBytes: 1_024),
            log.blockNumber.map { Int64(column: $0) },
            log.logIndex.map { Int64(column: $0) },
            log.transactionHash?.bytes,
            Array(log.bytes.prefix(RelayStore.rejectedBytes)),
            Int64(log.size),
            now.milliseconds
        ).run() > 0
    }

    fileprivate borrowing func trimRejected() throws {
        try prepare("DELETE FROM rejected_log WHERE id <= (SELECT max(id) FROM rejected_log) - ?")
            .binding(RelayStore.rejectedLimit).run()
    }

    fileprivate borrowing func move(_ cursor: ContractCursor) throws {
        try prepare(
            "UPDATE contract SET next_block = max(next_block, ?), second_block = max(second_block, ?) WHERE id = ?"
        ).binding(Int64(column: cursor.nextBlock), Int64(column: cursor.secondBlock), cursor.contractID).run()
    }
}

extension Statement {
    /// The request of this hash: found by 8 bytes of it, told apart by all of it.
    fileprivate func row(of hash: Hash32) throws -> (Int64, RequestState, RequestState?)? {
        try binding(hash.key, hash).first { row in
            let orphanedFrom = row.isNull(2) ? nil : try row.requestState(2)
            return (try row.int64(0), try row.requestState(1), orphanedFrom)
        }
    }
}

extension Hash32 {
    /// The first 8 bytes, as the index over them wants it.
    var key: Int64 { Int64(bitPattern: inPlace[0].bigEndian) }
}
