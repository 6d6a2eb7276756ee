import Ethereum
import RelayCore
import RelayTestSupport
import SQLite
import Testing

// The migrations are the store's own.
@testable import RelayStore

/// A file of the first schema goes on with what it has.
@Suite(.timeLimit(.minutes(1))) struct SchemaMigrationTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.file("relayer.sqlite") }

    init() throws {
        directory = try TemporaryDirectory()
        var options = ConnectionOptions()
        options.applicationID = Schema.applicationID
        let connection = try Connection(path: directory.file("relayer.sqlite"), options: options)
        try connection.migrate(Array(Schema.migrations.prefix(1)), applicationID: Schema.applicationID)
        func blob(_ byte: Int, _ count: Int) -> String {
            "x'" + String(repeating: String(byte, radix: 16), count: count) + "'"
        }
        try connection.execute(
            """
            INSERT INTO chain VALUES (1, '7', \(blob(17, 32)));
            INSERT INTO contract VALUES (1, \(blob(18, 20)), 5, 11), (2, \(blob(19, 20)), 9, 9);
            INSERT INTO header VALUES (9, \(blob(20, 32)), \(blob(21, 32)), 100), (10, \(blob(22, 32)), \(blob(20, 32)), 112);
            INSERT INTO request VALUES (1, 1229782938247303441, \(blob(17, 32)), 1, \(blob(16, 32)), \(blob(18, 20)), x'7b7d', 1,
              NULL, 10, \(blob(22, 32)), \(blob(23, 32)), 3, 'submitted', 5, NULL, NULL, NULL, 1, 2);
            INSERT INTO audit VALUES (1, 1, 1, NULL, 'observed', 'observed', NULL);
            """
        )
    }

    @Test func keepsItsRowsAndReadsEachContractASecondTime() async throws {
        let store = try RelayStore(path: path)

        let overview = try StoreView(path: path).overview()
        #expect(overview.chainID == "7")
        #expect(overview.cursors.map(\.nextBlock) == [11, 9])
        #expect(overview.cursors.map(\.secondBlock) == [5, 9])
        #expect(overview.chain.links.map(\.number) == [9, 10])
        #expect(overview.chain.final == nil && overview.chain.anchor == nil && overview.chain.halt == nil)
        #expect(overview.gaps.isEmpty)
        #expect(overview.counts.first { $0.state == .submitted }?.count == 1)
        #expect(try StoreView(path: path).dossier(1)?.history.map(\.event) == ["observed"])
        #expect(try await store.rewind(to: 9, stopJobsAt: StoreBench.stopJobsAt, at: StoreBench.now) == 1)
    }

    /// The column is made anew: old rows keep their states, and no word counts that is none.
    @Test func anOldRequestMayBeDropped() async throws {
        let store = try RelayStore(path: path)
        try await store.record(
            ComputingChange(request: 1, from: .submitted, to: .dead, reason: "why"),
            at: StoreBench.now
        )
        try await store.drop(1, reason: "spam", by: "ann", at: StoreBench.now)

        #expect(try StoreView(path: path).list(states: [.dropped], limit: 5).map(\.reason) == ["spam (by ann)"])
        await store.close()
        let connection = try Connection(path: path, options: ConnectionOptions(access: .readWrite))
        #expect(try connection.text("PRAGMA integrity_check") == "ok")
        #expect(try connection.text("PRAGMA foreign_key_check") == "")
        #expect(throws: SQLiteError.self) { try connection.execute("UPDATE request SET state = 'nonsense'") }
    }

    @Test func isMigratedOnce() async throws {
        for _ in 0..<2 { try await RelayStore(path: path).close() }
        let connection = try Connection(path: path, options: ConnectionOptions(access: .readOnly))
        #expect(try connection.integer("SELECT count(*) FROM migration") == Int64(Schema.migrations.count))
    }

    /// Looking does not change a file.
    @Test func isRefusedByAViewUntilThen() throws {
        let error = #expect(throws: SQLiteError.self) { try StoreView(path: path) }
        #expect(error?.kind == .tooOld)
    }
}
