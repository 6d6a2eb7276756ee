package import Ethereum
package import RelayCore
internal import SQLite

/// A request with an answer that is to be, or has been, sent.
package struct SettlingItem: Sendable {
    package let request: Request
    package let answer: Answer
    package let machine: SettlementMachine
    /// Whether a transaction with an answer to it was signed before, and what became of that is not known for sure.
    package let wasLost: Bool
}

extension RelayStore {
    /// Answered requests that are due and whose block is at or below `block`, the oldest first.
    package func answered(upTo block: UInt64, at now: Timestamp, limit: Int) async throws -> [SettlingItem] {
        try await readers.read { t in
            try t.settlingItems(
                SettlingSQL.answered,
                now.milliseconds,
                Int64(column: block),
                limit
            )
        }
    }

    /// Requests with a signed settlement that are to be looked at up to this time.
    package func settling(dueBy time: Timestamp, limit: Int) async throws -> [SettlingItem] {
        try await readers.read { t in try t.settlingItems(SettlingSQL.settling, time.milliseconds, .max, limit) }
    }

    /// Makes due at once what was seen mined in these blocks, and waits for a later time.
    package func bringForward(minedIn blocks: ClosedRange<UInt64>, to now: Timestamp) async throws {
        let range = (Int64(column: blocks.lowerBound), Int64(column: blocks.upperBound))
        // Most blocks hold none, and a read costs the writer nothing.
        let isAny = try await readers.read { t in
            try t.prepare(SettlingSQL.mined).binding(range.0, range.1, now.milliseconds).first { try $0.int64(0) }
                != nil
        }
        guard isAny else { return }
        try await writer.write { t in
            _ = try t.prepare("UPDATE request SET wake_at = ?3 WHERE id IN (\(SettlingSQL.mined))")
                .binding(range.0, range.1, now.milliseconds).run()
        }
    }

    /// The highest nonce of the account's settlements that are not lost, for the ledger.
    package func highestNonce(of account: Address) async throws -> UInt64? {
        try await readers.read { t in
            let highest =
                try t.prepare(SettlingSQL.highestNonce)
                .binding(account.bytes).first { try $0.optionalInt64(0) } ?? nil
            return highest.flatMap { UInt64(exactly: $0) }
        }
    }

    /// Accounts with signed settlements that are not final yet: only they can bring them to an end.
    package func accountsInFlight() async throws -> [Address] {
        try await readers.read { t in
            try t.prepare(SettlingSQL.accountsInFlight).all { try $0.address(0) }
        }
    }

    /// Signed settlements that are not final yet: their nonces, and what each may cost at most, in wei.
    package func liveSettlements() async throws -> [(nonce: UInt64, cost: UInt256)] {
        try await readers.read { t in
            try t.prepare(SettlingSQL.live).all { row in
                (
                    nonce: try row.unsigned(0),
                    cost: try row.decimal(2).multipliedSaturating(by: UInt256(try row.unsigned(1)))
                )
            }
        }
    }

    /// When the next request becomes due for settling that is not yet.
    package func nextSettling(after now: Timestamp) async throws -> Timestamp? {
        try await readers.read { t in
            let sent =
                try t.prepare(SettlingSQL.nextSettling)
                .binding(now.milliseconds).first { try $0.optionalTimestamp(0) } ?? nil
            let answered =
                try t.prepare(SettlingSQL.nextAnswered)
                .binding(now.milliseconds).first { try $0.optionalTimestamp(0) } ?? nil
            return [sent, answered].compactMap { $0 }.min()
        }
    }
}

/// The queries of settling's every round; each names its state as a literal, which is what makes the partial index fit.
enum SettlingSQL {
    private static let columns =
        requestColumns + ", a.kind, a.text, a.source, a.truncated, a.bytes, r.settling, "
        + "EXISTS (SELECT 1 FROM settlement s WHERE s.request_id = r.id AND s.state = 'lost')"
    private static let source = requestSource + " JOIN answer a ON a.request_id = r.id"

    static let answered = due("answered")
    static let settling = due("settling")
    static let nextAnswered = "SELECT min(wake_at) FROM request WHERE state = 'answered' AND wake_at > ?"
    static let nextSettling = "SELECT min(wake_at) FROM request WHERE state = 'settling' AND wake_at > ?"
    static let highestNonce = "SELECT max(nonce) FROM settlement WHERE account = ? AND state <> 'lost'"
    static let accountsInFlight = """
        SELECT DISTINCT s.account FROM request r JOIN settlement s ON s.request_id = r.id AND s.state = 'live'
        WHERE r.state = 'settling'
        """
    static let mined = """
        SELECT r.id FROM settlement s CROSS JOIN request r ON r.id = s.request_id
        WHERE s.state = 'live' AND s.block_number BETWEEN ?1 AND ?2 AND r.state = 'settling' AND r.wake_at > ?3
        """
    static let live = """
        SELECT s.nonce, s.gas_limit, (SELECT max_fee FROM attempt WHERE settlement_id = s.id ORDER BY id DESC LIMIT 1)
        FROM request r JOIN settlement s ON s.request_id = r.id AND s.state = 'live' WHERE r.state = 'settling'
        """
    static let liveOfRequest = "SELECT id, nonce, gas_limit FROM settlement WHERE request_id = ? AND state = 'live'"
    static let attempts = """
        SELECT hash, raw, max_fee, max_priority_fee, last_sent_at FROM attempt WHERE settlement_id = ? ORDER BY id
        """

    private static func due(_ state: String) -> String {
        """
        SELECT \(columns) FROM \(source) WHERE r.state = '\(state)' AND r.wake_at <= ? AND r.block_number <= ?
        ORDER BY r.wake_at, r.id LIMIT ?
        """
    }
}

extension Row {
    borrowing func answer(from column: Int) throws -> Answer {
        let text = try text(column)
        guard let kind = Answer.Kind(rawValue: text) else { throw StoreError.damaged("answer kind \(text)") }
        return Answer(
            kind: kind,
            text: try self.text(column + 1),
            bytes: isNull(column + 4) ? nil : try blob(column + 4),
            source: try self.text(column + 2),
            truncated: try bool(column + 3)
        )
    }
}

extension Transaction {
    fileprivate borrowing func settlingItems(
        _ sql: String,
        _ due: Int64,
        _ block: Int64,
        _ limit: Int
    ) throws
        -> [SettlingItem]
    {
        let drafts = try prepare(sql).binding(due, block, Int64(limit)).all { row in
            (
                request: try row.request(), answer: try row.answer(from: requestColumnCount),
                machine: try row.optionalText(requestColumnCount + 5), wasLost: try row.bool(requestColumnCount + 6)
            )
        }
        return try drafts.map { draft in
            SettlingItem(
                request: draft.request,
                answer: draft.answer,
                machine: try SettlementMachine(json: draft.machine, live: try live(of: draft.request.id)),
                wasLost: draft.wasLost
            )
        }
    }

    private borrowing func live(of request: Int64) throws -> (nonce: UInt64, gasLimit: UInt64, attempts: [Attempt])? {
        let live = try prepare(SettlingSQL.liveOfRequest).binding(request).first { row in
            (try row.int64(0), try row.unsigned(1), try row.unsigned(2))
        }
        guard let (id, nonce, gasLimit) = live else { return nil }
        let attempts = try prepare(SettlingSQL.attempts).binding(id).all { row in
            Attempt(
                hash: try row.hash(0),
                rawBytes: try row.blob(1),
                fees: Fees(maxFeePerGas: try row.decimal(2), maxPriorityFeePerGas: try row.decimal(3)),
                lastSentAt: try row.optionalTimestamp(4)
            )
        }
        return (nonce, gasLimit, attempts)
    }
}
