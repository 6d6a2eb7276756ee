package import Ethereum
package import RelayCore
internal import SQLite

/// A try whose request has a newer one: what it may still bring counts for nothing.
package struct LeftTry: Sendable, Equatable {
    package let request: Int64
    package let requestHash: Hash32
    package let attempt: Int
    package let jobName: String
}

extension RelayStore {
    /// The tries that an orchestrator was given since then and that were left, the newest first: 500 at most.
    package func leftTries(at orchestrator: String, since: Timestamp) async throws -> [LeftTry] {
        try await readers.read { t in
            try t.prepare(LeftTriesSQL.left).binding(orchestrator, since.milliseconds).all { row in
                guard let attempt = Int(exactly: try row.int64(2)) else { throw StoreError.damaged("a job's attempt") }
                return LeftTry(
                    request: try row.int64(0),
                    requestHash: try row.hash(1),
                    attempt: attempt,
                    jobName: try row.text(3)
                )
            }
        }
    }
}

enum LeftTriesSQL {
    /// Goes by the newest jobs, whose numbers come before the bodies in their rows, and not by the table.
    static let left = """
        SELECT DISTINCT r.id, r.hash, j.attempt, j.name FROM job n
        CROSS JOIN job j ON j.request_id = n.request_id AND j.attempt < n.attempt
        CROSS JOIN request r ON r.id = j.request_id
        WHERE n.id > (SELECT max(id) FROM job) - 10000 AND n.attempt > 1 AND j.orchestrator = ? AND j.created_at >= ?
        ORDER BY j.id DESC LIMIT 500
        """
}
