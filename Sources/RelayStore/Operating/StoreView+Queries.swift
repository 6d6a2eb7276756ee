internal import Ethereum
internal import RelayCore
internal import SQLite

private let listedColumns =
    requestColumns + ", r.observed_at, r.reason, a.kind, a.text, a.source, a.truncated, a.bytes"
private let listedSource = requestSource + " LEFT JOIN answer a ON a.request_id = r.id"

enum ListSQL {
    /// The newest requests in these states; without any, in all.
    ///
    /// The names are literals, so that the dead letter is read
    /// by its own index and not by a walk over all that was ever settled.
    static func list(_ states: [RequestState]) -> String {
        let names = RequestState.allCases.filter(states.contains).map { "'\($0.rawValue)'" }
        let condition =
            switch names.count {
            case 0: ""
            case 1: " WHERE r.state = \(names[0])"
            default: " WHERE r.state IN (\(names.joined(separator: ", ")))"
            }
        return "SELECT \(listedColumns) FROM \(listedSource)\(condition) ORDER BY r.id DESC LIMIT ?"
    }
}

extension Row {
    fileprivate borrowing func listed() throws -> Listed {
        let request = try request()
        return Listed(
            request: request,
            observedAt: try timestamp(requestColumnCount),
            changedAt: request.since,
            reason: try optionalText(requestColumnCount + 1),
            answer: isNull(requestColumnCount + 2) ? nil : try answer(from: requestColumnCount + 2)
        )
    }
}

extension Transaction {
    borrowing func instruction(_ id: Int64) throws -> Instruction? {
        try prepare("SELECT \(instructionColumns) FROM instruction WHERE id = ?").binding(id)
            .first { try $0.instruction() }
    }

    borrowing func overview() throws -> Overview {
        let chain = try prepare("SELECT chain_id, genesis_hash FROM chain").first { (try $0.text(0), try $0.hash(1)) }
        let counts = try prepare("SELECT state, count(*) FROM request GROUP BY state").all { row in
            (state: try row.requestState(0), count: Int(clamping: try row.int64(1)))
        }
        let report = try prepare("SELECT at, json FROM report").first { row in
            (at: try row.timestamp(0), json: try row.text(1))
        }
        return Overview(
            chainID: chain?.0,
            genesisHash: chain?.1,
            cursors: try prepare("SELECT \(cursorColumns) FROM contract ORDER BY id").all { try $0.cursor() },
            chain: try storedChain(),
            gaps: try gaps(),
            counts: RequestState.allCases.map { state in
                (state: state, count: counts.first { $0.state == state }?.count ?? 0)
            },
            // The oldest go when there are very many, and their numbers stay.
            rejected: try count("SELECT coalesce(max(id), 0) FROM rejected_log"),
            openInstructions: try count("SELECT count(*) FROM instruction WHERE state IN ('waiting', 'running')"),
            report: report,
            dead: try list(states: [.dead], limit: 20),
            held: try held(limit: 20)
        )
    }

    private borrowing func held(limit: Int64) throws -> [Listed] {
        try prepare(
            """
            SELECT \(listedColumns) FROM \(listedSource)
            WHERE r.state IN ('observed', 'accepted', 'submitted', 'answered', 'settling') AND r.reason IS NOT NULL
            ORDER BY r.id LIMIT ?
            """
        ).binding(limit).all { try $0.listed() }
    }

    private borrowing func count(_ sql: String) throws -> Int {
        Int(clamping: try prepare(sql).first { try $0.int64(0) } ?? 0)
    }

    borrowing func list(states: [RequestState], limit: Int) throws -> [Listed] {
        try prepare(ListSQL.list(states)).binding(Int64(limit)).all { try $0.listed() }
    }

    borrowing func rejected(limit: Int) throws -> [RejectedLog] {
        try prepare(
            """
            SELECT reason, digest, block_number, log_index, transaction_hash, bytes, size FROM rejected_log
            ORDER BY id DESC LIMIT ?
            """
        ).binding(Int64(limit)).all { row in
            RejectedLog(
                reason: try row.text(0),
                digest: try row.hash(1),
                blockNumber: try row.optionalInt64(2).flatMap { UInt64(exactly: $0) },
                logIndex: try row.optionalInt64(3).flatMap { UInt64(exactly: $0) },
                transactionHash: try row.optionalHash(4),
                bytes: try row.blob(5),
                size: Int(clamping: try row.int64(6))
            )
        }
    }

    borrowing func find(_ key: RequestKey, limit: Int) throws -> [Listed] {
        let select = "SELECT \(listedColumns) FROM \(listedSource) WHERE "
        switch key {
        case .hash(let hash):
            return try prepare(select + "r.hash_key = ? AND r.hash = ? LIMIT ?")
                .binding(hash.key, hash.bytes, Int64(limit)).all { try $0.listed() }
        case .hashPrefix(let digits):
            let keys = HashPrefix(digits).keys
            return try prepare(
                select
                    + "r.hash_key BETWEEN ? AND ? AND substr(lower(hex(r.hash)), 1, ?) = ? ORDER BY r.id DESC LIMIT ?"
            ).binding(keys.lowerBound, keys.upperBound, Int64(digits.utf8.count), digits, Int64(limit))
                .all { try $0.listed() }
        case .job(nil, let id):
            return try prepare(select + "r.job_id = ? ORDER BY r.id DESC LIMIT ?")
                .binding(id.bigEndianBytes, Int64(limit)).all { try $0.listed() }
        case .job(let contract?, let id):
            return try prepare(select + "r.job_id = ? AND c.address = ? ORDER BY r.id DESC LIMIT ?")
                .binding(id.bigEndianBytes, contract.bytes, Int64(limit)).all { try $0.listed() }
        }
    }

    borrowing func dossier(_ request: Int64) throws -> Dossier? {
        let listed = try prepare("SELECT \(listedColumns) FROM \(listedSource) WHERE r.id = ?").binding(request)
            .first { try $0.listed() }
        guard let listed else { return nil }
        return Dossier(
            listed: listed,
            jobs: try jobs(of: request),
            calls: try calls(of: request),
            settlements: try settlements(of: request),
            history: try history(of: request)
        )
    }

    private borrowing func jobs(of request: Int64) throws -> [Dossier.Job] {
        try prepare(
            """
            SELECT attempt, name, body, bacalhau_id, orchestrator, created_at FROM job WHERE request_id = ?
            ORDER BY attempt
            """
        ).binding(request).all { row in
            Dossier.Job(
                attempt: Int(clamping: try row.int64(0)),
                name: try row.text(1),
                body: try row.blob(2),
                bacalhauID: try row.optionalText(3),
                orchestrator: try row.optionalText(4),
                createdAt: try row.timestamp(5)
            )
        }
    }

    private borrowing func history(of request: Int64) throws -> [AuditEntry] {
        try prepare(
            "SELECT at, from_state, to_state, event, detail FROM audit WHERE request_id = ? ORDER BY id"
        ).binding(request).all { row in
            AuditEntry(
                at: try row.timestamp(0),
                from: row.isNull(1) ? nil : try row.requestState(1),
                to: try row.requestState(2),
                event: try row.text(3),
                detail: try row.optionalText(4)
            )
        }
    }

    private borrowing func settlements(of request: Int64) throws -> [Dossier.Settlement] {
        let rows = try prepare(
            """
            SELECT id, nonce, state, gas_limit, created_at, transaction_hash, block_number, succeeded, gas_used,
              gas_price, callback_succeeded FROM settlement WHERE request_id = ? ORDER BY id
            """
        ).binding(request).all { row in
            (id: try row.int64(0), make: try row.settlement())
        }
        return try rows.map { $0.make(try sent(by: $0.id)) }
    }

    private borrowing func sent(by settlement: Int64) throws -> [Dossier.Sent] {
        try prepare(
            """
            SELECT hash, max_fee, max_priority_fee, created_at, last_sent_at, sends, last_outcome FROM attempt
            WHERE settlement_id = ? ORDER BY id
            """
        ).binding(settlement).all { row in
            Dossier.Sent(
                hash: try row.hash(0),
                fees: Fees(maxFeePerGas: try row.decimal(1), maxPriorityFeePerGas: try row.decimal(2)),
                createdAt: try row.timestamp(3),
                lastSentAt: try row.optionalTimestamp(4),
                sends: Int(clamping: try row.int64(5)),
                lastOutcome: try row.optionalText(6)
            )
        }
    }
}

extension Row {
    /// The settlement of a row, still without its attempts.
    fileprivate borrowing func settlement() throws -> ([Dossier.Sent]) -> Dossier.Settlement {
        let nonce = try unsigned(1)
        let state = try text(2)
        let gasLimit = try unsigned(3)
        let createdAt = try timestamp(4)
        let hash = try optionalHash(5)
        let block = try optionalInt64(6).flatMap { UInt64(exactly: $0) }
        let succeeded = try optionalBool(7)
        let gasUsed = try optionalInt64(8).flatMap { UInt64(exactly: $0) }
        let gasPrice = isNull(9) ? nil : try decimal(9)
        let callback = try optionalBool(10)
        return { attempts in
            Dossier.Settlement(
                nonce: nonce,
                state: state,
                gasLimit: gasLimit,
                createdAt: createdAt,
                transactionHash: hash,
                blockNumber: block,
                succeeded: succeeded,
                gasUsed: gasUsed,
                gasPrice: gasPrice,
                callbackSucceeded: callback,
                attempts: attempts
            )
        }
    }
}
