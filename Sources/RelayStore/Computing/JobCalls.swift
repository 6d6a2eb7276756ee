package import RelayCore
internal import SQLite

/// The calls to the orchestrator that were made for a request.
enum JobCalls {
    /// Rows of one request: the first ones and the newest are kept, and what lies between them is counted in one row.
    static let limit: Int64 = 200
    static let firstKept: Int64 = 100
}

extension RelayStore {
    /// Notes calls whose step was not stored: the request had moved on meanwhile.
    package func note(_ calls: [JobCall], of request: Int64) async throws {
        guard !calls.isEmpty else { return }
        try await writer.write { t in try t.note(calls, of: request) }
    }
}

extension Transaction {
    /// Writes calls down; one that came to the same as the last of its kind is counted there.
    borrowing func note(_ calls: [JobCall], of request: Int64) throws {
        for call in calls {
            let last = try prepare(
                """
                SELECT id, outcome, detail FROM exchange WHERE request_id = ? AND attempt = ? AND kind = ?
                ORDER BY id DESC LIMIT 1
                """
            ).binding(request, Int64(call.attempt), call.kind.rawValue)
                .first { (id: try $0.int64(0), outcome: try $0.text(1), detail: try $0.optionalText(2)) }
            if let last, last.outcome == call.outcome, last.detail == call.detail {
                try prepare("UPDATE exchange SET last_at = ?, count = count + ? WHERE id = ?")
                    .binding(call.lastAt.milliseconds, Int64(call.count), last.id).run()
            } else {
                try prepare(
                    """
                    INSERT INTO exchange (request_id, attempt, kind, outcome, detail, first_at, last_at, count)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """
                ).binding(
                    request,
                    Int64(call.attempt),
                    call.kind.rawValue,
                    call.outcome,
                    call.detail,
                    call.firstAt.milliseconds,
                    call.lastAt.milliseconds,
                    Int64(call.count)
                ).run()
                try boundCalls(of: request)
            }
        }
    }

    /// Puts the oldest row behind the first ones into the one that stands for what is not kept.
    private borrowing func boundCalls(of request: Int64) throws {
        while try
            (prepare("SELECT count(*) FROM exchange WHERE request_id = ?").binding(request)
            .first { try $0.int64(0) } ?? 0) > JobCalls.limit
        {
            let mark = try prepare("SELECT id FROM exchange WHERE request_id = ? AND kind = 'omitted' LIMIT 1")
                .binding(request).first { try $0.int64(0) }
            guard let mark else {
                try prepare(
                    """
                    UPDATE exchange SET kind = 'omitted', outcome = '', detail = NULL WHERE id =
                      (SELECT id FROM exchange WHERE request_id = ? ORDER BY id LIMIT 1 OFFSET ?)
                    """
                ).binding(request, JobCalls.firstKept).run()
                continue
            }
            let next =
                try prepare("SELECT min(id) FROM exchange WHERE request_id = ? AND id > ?")
                .binding(request, mark).first { try $0.optionalInt64(0) } ?? nil
            guard let next else { return }
            try prepare(
                """
                UPDATE exchange SET count = exchange.count + n.count, last_at = max(exchange.last_at, n.last_at)
                FROM (SELECT count, last_at FROM exchange WHERE id = ?1) n WHERE exchange.id = ?2
                """
            ).binding(next, mark).run()
            try prepare("DELETE FROM exchange WHERE id = ?").binding(next).run()
        }
    }

    borrowing func calls(of request: Int64) throws -> [JobCall] {
        try prepare(
            """
            SELECT attempt, kind, outcome, detail, first_at, last_at, count FROM exchange WHERE request_id = ?
            ORDER BY id
            """
        ).binding(request).all { row in
            let text = try row.text(1)
            guard let kind = JobCall.Kind(rawValue: text) else { throw StoreError.damaged("call of kind \(text)") }
            return JobCall(
                attempt: Int(clamping: try row.int64(0)),
                kind: kind,
                outcome: try row.text(2),
                detail: try row.optionalText(3),
                firstAt: try row.timestamp(4),
                lastAt: try row.timestamp(5),
                count: Int(clamping: try row.int64(6))
            )
        }
    }
}
