package import RelayCore
internal import SQLite

/// A request whose compute is under way.
package struct ComputingItem: Sendable {
    package let request: Request
    package let machine: JobMachine
    /// The latest try.
    package let jobName: String
    package let jobBody: [UInt8]
    /// The name of the orchestrator that it went to; nil: the first of the settings.
    package let orchestrator: String?
}

/// What one look at the store finds to compute.
package struct ComputingBatch: Sendable {
    /// Requests with a job that are due, the longest due first.
    package let advancing: [ComputingItem]
    /// What may begin.
    package let admission: Admission
    /// Orphans whose job runs although their log has not come back in time.
    package let forsaken: [ComputingItem]
    /// When the next request becomes due that is not yet.
    package let nextDue: Timestamp?
}

extension RelayStore {
    /// What is due for computing, in one snapshot: each trip to a reader's thread delays every job.
    ///
    /// At most `limit` requests with a job; new ones only from blocks at or below `block` (nil: none), and only as the rules
    /// let them.
    package func computing(
        upTo block: UInt64?,
        at now: Timestamp,
        limit: Int,
        rules: AdmissionRules
    ) async throws -> ComputingBatch {
        try await readers.read { t in
            ComputingBatch(
                advancing: try t.items(ComputingSQL.computing, at: now, limit: limit),
                admission: try block.map { try AdmissionLook.look(t, upTo: $0, at: now, rules) } ?? Admission(),
                forsaken: try t.items(ComputingSQL.orphaned, at: now, limit: limit),
                nextDue: try t.nextDue(after: now)
            )
        }
    }
}

extension RelayStore {
    /// Requests with a job that has not ended, due or not, at most so many.
    package func underWay(limit: Int) async throws -> [ComputingItem] {
        try await readers.read { t in try t.items(ComputingSQL.computing, at: .distantFuture, limit: limit) }
    }

    /// Whether any request waits for the chain, a job or a receipt.
    package func hasOpenRequests() async throws -> Bool {
        try await readers.read { t in
            for query in ComputingSQL.open where try t.prepare(query).first({ try $0.int64(0) }) != nil { return true }
            return false
        }
    }
}

extension Transaction {
    fileprivate borrowing func items(_ sql: String, at now: Timestamp, limit: Int) throws -> [ComputingItem] {
        try prepare(sql).binding(now.milliseconds, Int64(limit)).all { row in
            ComputingItem(
                request: try row.request(),
                machine: try JobMachine(json: try row.text(requestColumnCount), answer: nil),
                jobName: try row.text(requestColumnCount + 1),
                jobBody: try row.blob(requestColumnCount + 2),
                orchestrator: try row.optionalText(requestColumnCount + 3)
            )
        }
    }

    fileprivate borrowing func nextDue(after now: Timestamp) throws -> Timestamp? {
        try [ComputingSQL.nextComputing, ComputingSQL.nextObserved, ComputingSQL.nextOrphaned].compactMap { query in
            try prepare(query).binding(now.milliseconds).first { try $0.optionalTimestamp(0) } ?? nil
        }.min()
    }
}

/// The queries of computing's every look; each names its states as literals, which is what makes the partial index fit.
enum ComputingSQL {
    static let computing = latestJob("IN ('accepted', 'submitted')")
    static let orphaned = latestJob("= 'orphaned'")
    static let open = [
        "SELECT 1 FROM request WHERE state = 'observed' AND wake_at = 0 LIMIT 1",
        "SELECT 1 FROM request WHERE state = 'observed' AND wake_at > 0 LIMIT 1",
        "SELECT 1 FROM request WHERE state IN ('accepted', 'submitted') LIMIT 1",
        "SELECT 1 FROM request WHERE state = 'answered' LIMIT 1",
        "SELECT 1 FROM request WHERE state = 'settling' LIMIT 1",
    ]
    static let running = UsageSQL.running(nil)
    static let nextComputing =
        "SELECT min(wake_at) FROM request WHERE state IN ('accepted', 'submitted') AND wake_at > ?"
    static let nextOrphaned = """
        SELECT min(wake_at) FROM request WHERE state = 'orphaned' AND wake_at > ? AND wake_at < 9223372036854775807
        """
    static let nextObserved =
        "SELECT min(wake_at) FROM request WHERE state = 'observed' AND wake_at > 0 AND wake_at > ?"

    private static func latestJob(_ states: String) -> String {
        """
        SELECT \(requestColumns), r.computing, j.name, j.body, j.orchestrator FROM \(requestSource)
        JOIN job j ON j.request_id = r.id AND j.attempt = (SELECT max(attempt) FROM job WHERE request_id = r.id)
        WHERE r.state \(states) AND r.wake_at <= ? ORDER BY r.wake_at, r.id LIMIT ?
        """
    }
}
