package import RelayCore
internal import SQLite

/// A request whose compute is under way.
package struct ComputingItem: Sendable {
    package let request: Request
    package let machine: JobMachine
    /// The latest try.
    package let jobName: String
    package let jobBody: [UInt8]
}

extension RelayStore {
    /// Observed requests that are due and whose block is at or below `block`, the oldest first.
    package func observed(upTo block: UInt64, at now: Timestamp, limit: Int) async throws -> [Request] {
        try await readers.read { t in
            try t.prepare(ComputingSQL.observed).binding(now.milliseconds, Int64(column: block), Int64(limit)).all {
                try $0.request()
            }
        }
    }

    /// Requests with a job that are due, the longest due first.
    package func computing(at now: Timestamp, limit: Int) async throws -> [ComputingItem] {
        try await readers.read { t in
            try t.prepare(ComputingSQL.computing).binding(now.milliseconds, Int64(limit)).all { row in
                ComputingItem(
                    request: try row.request(),
                    machine: try JobMachine(json: try row.text(requestColumnCount), answer: nil),
                    jobName: try row.text(requestColumnCount + 1),
                    jobBody: try row.blob(requestColumnCount + 2)
                )
            }
        }
    }

    /// How many requests have a job that has not ended.
    package func runningJobs() async throws -> Int {
        try await readers.read { t in
            let count = try t.prepare(ComputingSQL.running).first { try $0.int64(0) }
            return Int(clamping: count ?? 0)
        }
    }

    /// When the next request becomes due for computing that is not yet.
    package func nextComputing(after now: Timestamp) async throws -> Timestamp? {
        try await readers.read { t in
            let job =
                try t.prepare(ComputingSQL.nextComputing).binding(now.milliseconds).first {
                    try $0.optionalTimestamp(0)
                } ?? nil
            let observed =
                try t.prepare(ComputingSQL.nextObserved)
                .binding(now.milliseconds).first { try $0.optionalTimestamp(0) } ?? nil
            return [job, observed].compactMap { $0 }.min()
        }
    }
}

/// The queries of computing's every look; each names its states as literals, which is what makes the partial index fit.
enum ComputingSQL {
    static let observed = """
        SELECT \(requestColumns) FROM \(requestSource)
        WHERE r.state = 'observed' AND r.wake_at <= ? AND r.block_number <= ? ORDER BY r.wake_at, r.id LIMIT ?
        """
    static let computing = """
        SELECT \(requestColumns), r.computing, j.name, j.body FROM \(requestSource)
        JOIN job j ON j.request_id = r.id AND j.attempt = (SELECT max(attempt) FROM job WHERE request_id = r.id)
        WHERE r.state IN ('accepted', 'submitted') AND r.wake_at <= ? ORDER BY r.wake_at, r.id LIMIT ?
        """
    static let running = "SELECT count(*) FROM request WHERE state IN ('accepted', 'submitted')"
    static let nextComputing =
        "SELECT min(wake_at) FROM request WHERE state IN ('accepted', 'submitted') AND wake_at > ?"
    static let nextObserved = "SELECT min(wake_at) FROM request WHERE state = 'observed' AND wake_at > ?"
}
