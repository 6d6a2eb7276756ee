package import Ethereum
package import RelayCore
internal import SQLite

/// What a contract's log says of a job's end, and where it says so.
package struct ObservedOutcome: Equatable, Sendable {
    package let contract: Address
    package let jobID: UInt256
    /// nil where the contract does not say.
    package let requester: Address?
    package let closing: ContractStanding.Closing
    package let place: Place
    /// Whether the second reading has shown it too.
    package internal(set) var isConfirmed = false

    package init(_ outcome: Outcome, _ log: Log) {
        contract = log.address
        jobID = outcome.jobID
        requester = outcome.requester
        closing = outcome.closing
        place = Place(
            blockNumber: log.blockNumber,
            blockHash: log.blockHash,
            transactionHash: log.transactionHash,
            logIndex: log.logIndex
        )
    }

    fileprivate init(
        contract: Address,
        jobID: UInt256,
        requester: Address?,
        closing: ContractStanding.Closing,
        place: Place
    ) {
        self.contract = contract
        self.jobID = jobID
        self.requester = requester
        self.closing = closing
        self.place = place
    }
}

/// What has been read of a job's end.
package struct OutcomeWord: Equatable, Sendable {
    /// At most so many outcomes; the rest lies behind the last of them.
    package static let limit = 16

    /// The first logs behind the request's own that close its job, in the chain's order.
    package let outcomes: [ObservedOutcome]
    /// From this block on the contract has been read without a break, gaps apart.
    package let startBlock: UInt64
    /// The contract's first block that has not been read.
    package let nextBlock: UInt64
    /// The contract's first block that has not been read a second time.
    package let secondBlock: UInt64
    /// The first gap that ends in the request's block or behind it.
    package let gap: ClosedRange<UInt64>?
}

extension RelayStore {
    /// What the logs that have been read say of a request's end.
    ///
    /// Anybody may answer an id that nobody has asked for yet: what stands before the request closes nothing, nor does
    /// what names another requester. `place` is where to go on, behind the last outcome of a full word.
    package func word(on request: ObservedRequest, behind place: Place? = nil) async throws -> OutcomeWord {
        let place = place ?? request.place
        return try await readers.read { t in
            let outcomes = try t.prepare(
                """
                SELECT o.closing, o.block_number, o.block_hash, o.transaction_hash, o.log_index, o.requester, o.confirmed
                FROM outcome o JOIN contract c ON c.id = o.contract_id
                WHERE c.address = ?1 AND o.job_id = ?2 AND (o.block_number, o.log_index) > (?3, ?4)
                  AND (o.requester IS NULL OR o.requester = ?5)
                ORDER BY o.block_number, o.log_index LIMIT ?6
                """
            ).binding(
                request.contract,
                request.jobID,
                Int64(column: place.blockNumber),
                Int64(column: place.logIndex),
                request.requester,
                Int64(OutcomeWord.limit)
            ).all { try $0.outcome(of: request) }
            let read = try t.prepare("SELECT start_block, next_block, second_block FROM contract WHERE address = ?")
                .binding(request.contract).first { (try $0.unsigned(0), try $0.unsigned(1), try $0.unsigned(2)) }
            let gap = try t.gaps().first {
                $0.contract == request.contract && $0.range.upperBound >= request.place.blockNumber
            }
            return OutcomeWord(
                outcomes: outcomes,
                startBlock: read?.0 ?? 0,
                nextBlock: read?.1 ?? 0,
                secondBlock: read?.2 ?? 0,
                gap: gap?.range
            )
        }
    }
}

extension Row {
    fileprivate borrowing func outcome(of request: ObservedRequest) throws -> ObservedOutcome {
        guard let closing = ContractStanding.Closing(rawValue: try text(0)) else {
            throw StoreError.damaged("an outcome's kind")
        }
        var outcome = ObservedOutcome(
            contract: request.contract,
            jobID: request.jobID,
            requester: isNull(5) ? nil : try address(5),
            closing: closing,
            place: Place(
                blockNumber: try unsigned(1),
                blockHash: try hash(2),
                transactionHash: try hash(3),
                logIndex: try unsigned(4)
            )
        )
        outcome.isConfirmed = try bool(6)
        return outcome
    }
}

extension Transaction {
    /// Stores what closes a job; one that is known, or that stood in a block before, is put in its place.
    borrowing func insert(
        _ outcome: ObservedOutcome,
        isConfirmed: Bool,
        _ contracts: inout [Address: Int64],
        at now: Timestamp
    ) throws {
        try prepare(
            """
            INSERT INTO outcome (contract_id, job_id, requester, closing, block_number, block_hash, transaction_hash,
              log_index, confirmed, seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (contract_id, block_number, log_index) DO UPDATE SET job_id = excluded.job_id,
              requester = excluded.requester, closing = excluded.closing, block_hash = excluded.block_hash,
              transaction_hash = excluded.transaction_hash, confirmed = max(confirmed, excluded.confirmed)
            """
        ).binding(
            try contractID(of: outcome.contract, &contracts),
            outcome.jobID,
            outcome.requester,
            outcome.closing.rawValue,
            Int64(column: outcome.place.blockNumber),
            outcome.place.blockHash,
            outcome.place.transactionHash,
            Int64(column: outcome.place.logIndex),
            isConfirmed,
            now.milliseconds
        ).run()
    }
}
