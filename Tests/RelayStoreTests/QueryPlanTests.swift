import Ethereum
import RelayCore
import RelayTestSupport
import SQLite
import Testing

// The statements themselves are the store's own.
@testable import RelayStore

/// The queries of each round must not grow with the table: they go by the partial indexes.
@Suite(.timeLimit(.minutes(1))) struct QueryPlanTests {
    private static let queries: [(sql: String, index: String)] = [
        (AdmissionSQL.nextParty(.live), "request_live"), (AdmissionSQL.nextParty(.replayed), "request_replayed"),
        (AdmissionSQL.fresh(.live), "request_live"), (AdmissionSQL.fresh(.replayed), "request_replayed"),
        (AdmissionSQL.due(.live), "request_live"), (AdmissionSQL.due(.replayed), "request_replayed"),
        (AdmissionSQL.unknown, "request_party_unknown"), (PartySQL.note, "request_party_of_transaction"),
        (UsageSQL.running(nil), "request_party_running"), (UsageSQL.running(.zero), "request_party_running"),
        (UsageSQL.begun(.zero), "usage_party"), (UsageSQL.begun(nil), "usage_time"),
        (UsageSQL.newest(.zero), "usage_party"), (UsageSQL.newest(nil), "usage_time"),
        (UsageSQL.oldest(.zero), "usage_party"), (UsageSQL.seconds(nil), "usage_time"),
        (ComputingSQL.computing, "request_computing"),
        (ComputingSQL.running, "request_party_running"), (ComputingSQL.nextComputing, "request_computing"),
        (LeftTriesSQL.left, "sqlite_autoindex_job_2"),
        (ComputingSQL.nextObserved, "request_later_due"), (SettlingSQL.answered, "request_answered"),
        (SettlingSQL.settling, "request_settling"), (SettlingSQL.nextAnswered, "request_answered"),
        (SettlingSQL.nextSettling, "request_settling"), (SettlingSQL.highestNonce, "settlement_nonce"),
        (SettlingSQL.live, "settlement_live"), (SettlingSQL.attempts, "attempt_settlement"),
        (SettlingSQL.mined, "settlement_mined"), (SettlingSQL.accountsInFlight, "settlement_live"),
        (ListSQL.list([.dead]), "request_dead"), (ListSQL.list([.dropped]), "request_dropped"),
        ("SELECT id FROM request WHERE hash_key = ? AND hash = ?", "request_hash_key"),
    ]

    /// Indexes that hold only what is under way.
    private static let partial = [
        "request_live", "request_replayed", "request_later_due", "request_party_unknown", "request_party_running",
        "request_computing", "request_answered", "request_settling", "settlement_live",
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

    /// A flood has very many rows, and its specs are long: what decides whose turn it is stands in the index.
    @Test(arguments: AdmissionLane.allCases) func readsNoRowToFindWhoseTurnItIs(lane: AdmissionLane) async throws {
        let directory = try TemporaryDirectory()
        let store = try RelayStore(path: directory.file("relayer.sqlite"))
        let all = [
            AdmissionSQL.nextParty(lane), AdmissionSQL.fresh(lane), AdmissionSQL.due(lane), AdmissionSQL.unknown,
            UsageSQL.running(nil), UsageSQL.running(.zero),
        ]
        for sql in all {
            let plan = try await store.writer.write { t in
                try t.prepare("EXPLAIN QUERY PLAN \(sql)").all { try $0.text(3) }
            }
            #expect(plan.count == 1 && plan[0].contains("USING COVERING INDEX"), "\(sql): \(plan)")
        }
        await store.close()
    }
}
