package import Ethereum
package import RelayCore
internal import SQLite

/// One step of a request's settlement, stored in one transaction before anything is done about it.
package struct SettlingChange: Sendable {
    package enum Step: Sendable {
        /// Nothing but the machine itself: a wait, a hold.
        case waited
        /// Signed under a fresh nonce, not sent yet.
        case signed(by: Address, nonce: UInt64, gasLimit: UInt64, Attempt)
        /// Signed again under the live settlement's nonce with higher fees.
        case bumped(Attempt)
        /// The bytes were given to a node, with what it said.
        case sent(Hash32, outcome: String)
        /// The live settlement's nonce went to another transaction.
        case lost
        /// Mined, with effect or without; final.
        case included(Inclusion)
    }

    package let request: Int64
    package let from: RequestState
    package let to: RequestState
    package let machine: SettlementMachine
    package let step: Step
    package var reason: String?
    package var wakeAt: Timestamp
    package var event: String?
    package var detail: String?

    package init(
        request: Int64,
        from: RequestState,
        to: RequestState,
        machine: SettlementMachine,
        step: Step = .waited,
        reason: String? = nil,
        wakeAt: Timestamp = Timestamp(milliseconds: 0),
        event: String? = nil,
        detail: String? = nil
    ) {
        self.request = request
        self.from = from
        self.to = to
        self.machine = machine
        self.step = step
        self.reason = reason
        self.wakeAt = wakeAt
        self.event = event
        self.detail = detail
    }
}

extension RelayStore {
    /// Stores steps of several requests in one transaction: nonces that are handed out together are stored together.
    ///
    /// Throws `StoreError.outOfStep` when a request is not in its `from` any more; then nothing of them is kept.
    package func record(_ changes: [SettlingChange], at now: Timestamp) async throws {
        guard !changes.isEmpty else { return }
        try await writer.write { t in
            for change in changes { try t.apply(change, at: now) }
        }
    }
}

extension Transaction {
    fileprivate borrowing func apply(_ change: SettlingChange, at now: Timestamp) throws {
        let request = change.request
        try move(request, from: change.from, to: change.to, wakeAt: change.wakeAt, reason: change.reason, at: now)
        try prepare("UPDATE request SET settling = ? WHERE id = ?").binding(change.machine.json, request).run()
        switch change.step {
        case .waited: try note(change.machine.mined, of: request)
        case .signed(let account, let nonce, let gasLimit, let attempt):
            try prepare(
                """
                INSERT INTO settlement (request_id, account, nonce, state, gas_limit, created_at)
                VALUES (?, ?, ?, 'live', ?, ?)
                """
            ).binding(request, account.bytes, Int64(column: nonce), Int64(column: gasLimit), now.milliseconds).run()
            try insert(attempt, settlement: lastInsertRowID, at: now)
        case .bumped(let attempt):
            try insert(attempt, settlement: try liveSettlement(of: request), at: now)
        case .sent(let hash, let outcome):
            try prepare("UPDATE attempt SET last_sent_at = ?, sends = sends + 1, last_outcome = ? WHERE hash = ?")
                .binding(now.milliseconds, outcome.cut(toBytes: 1_024), hash.bytes).run()
        case .lost:
            try prepare("UPDATE settlement SET state = 'lost' WHERE id = ?").binding(try liveSettlement(of: request))
                .run()
        case .included(let inclusion):
            try store(inclusion, settlement: try liveSettlement(of: request))
        }
        try audit(request, from: change.from, to: change.to, change.event, change.detail, at: now)
    }

    private borrowing func liveSettlement(of request: Int64) throws -> Int64 {
        let id = try prepare("SELECT id FROM settlement WHERE request_id = ? AND state = 'live'").binding(request)
            .first { try $0.int64(0) }
        guard let id else { throw StoreError.damaged("request \(request) has no live settlement") }
        return id
    }

    private borrowing func insert(_ attempt: Attempt, settlement: Int64, at now: Timestamp) throws {
        // The same bytes once more are those of a settlement that a reorganisation lost.
        try prepare(
            """
            INSERT INTO attempt (settlement_id, hash, raw, max_fee, max_priority_fee, created_at)
            VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (hash) DO UPDATE SET settlement_id = excluded.settlement_id,
              created_at = excluded.created_at, last_sent_at = NULL, last_outcome = NULL
            """
        ).binding(
            settlement,
            attempt.hash.bytes,
            attempt.rawBytes,
            attempt.fees.maxFeePerGas.description,
            attempt.fees.maxPriorityFeePerGas.description,
            now.milliseconds
        ).run()
    }

    /// Where it was seen mined, final or not.
    private borrowing func note(_ mined: Inclusion?, of request: Int64) throws {
        guard let block = mined.map({ Int64(column: $0.blockNumber) }) else { return }
        try prepare(
            """
            UPDATE settlement SET block_number = ?1 WHERE request_id = ?2 AND state = 'live' AND block_number IS NOT ?1
            """
        ).binding(block, request).run()
    }

    private borrowing func store(_ inclusion: Inclusion, settlement: Int64) throws {
        try prepare(
            """
            UPDATE settlement SET state = 'final', transaction_hash = ?, block_number = ?, block_hash = ?, succeeded = ?,
              gas_used = ?, gas_price = ?, callback_succeeded = ? WHERE id = ?
            """
        ).binding(
            inclusion.transactionHash.bytes,
            Int64(column: inclusion.blockNumber),
            inclusion.blockHash.bytes,
            inclusion.succeeded,
            Int64(column: inclusion.gasUsed),
            inclusion.effectiveGasPrice.description,
            inclusion.callbackSucceeded,
            settlement
        ).run()
    }
}
