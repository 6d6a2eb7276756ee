import RelayCore
import RelayTestSupport
import SQLite
import Testing

// The statements themselves are the store's own.
@testable import RelayStore

/// The queries of each round must not grow with the table: they go by the partial indexes.
@Suite(.timeLimit(.minutes(1))) struct QueryPlanTests {
    private static let queries: [(sql: String, index: String)] = [
        (ComputingSQL.observed, "request_observed"), (ComputingSQL.computing, "request_computing"),
        (ComputingSQL.running, "request_computing"), (ComputingSQL.nextComputing, "request_computing"),
        (ComputingSQL.nextObserved, "request_observed"), (SettlingSQL.answered, "request_answered"),
        (SettlingSQL.settling, "request_settling"), (SettlingSQL.nextAnswered, "request_answered"),
        (SettlingSQL.nextSettling, "request_settling"), (SettlingSQL.highestNonce, "settlement_nonce"),
        (SettlingSQL.live, "settlement_live"), (SettlingSQL.attempts, "attempt_settlement"),
        (SettlingSQL.mined, "settlement_mined"), (SettlingSQL.accountsInFlight, "settlement_live"),
        (ListSQL.list([.dead]), "request_dead"), (ListSQL.list([.dropped]), "request_dropped"),
        ("SELECT id FROM request WHERE hash_key = ? AND hash = ?", "request_hash_key"),
    ]

    /// Indexes that hold only what is under way.
    private static let partial = [
        "request_observed", "request_computing", "request_answered", "request_settling", "settlement_live",
        "request_dead", "request_dropped",
    ]

    @Test(arguments: queries.indices) func goesByItsIndex(index: Int) async throws {
        let directory = try TemporaryDirectory()
        let store = try RelayStore(path: directory.file("relayer.sqlite"))
        let query = Self.queries[index]
        let plan = try await store.writer.write { t in
            try t.prepare("EXPLAIN QUERY PLAN \(query.sql)").all { try $0.text(3) }
        }
        #expect(plan.contains { $0.contains("INDEX \(query.index)") }, "\(query.sql): \(plan)")
        for line in plan where line.hasPrefix("SCAN") {
            // These may be read from end to end; a table or a full index may not.
            #expect(Self.partial.contains { line.hasSuffix("INDEX \($0)") }, "\(query.sql): \(plan)")
        }
        // The order comes out of the index for what is read by age.
        if query.sql.contains("ORDER BY r.wake_at"), !query.sql.contains(" IN (") {
            #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(query.sql): \(plan)")
        }
        await store.close()
    }
}
