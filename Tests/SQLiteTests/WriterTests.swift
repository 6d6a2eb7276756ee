import Testing

@testable import SQLite

/// A directory of its own for each test, removed at the end.
@Suite(.timeLimit(.minutes(1))) struct WriterTests {
    private let directory = TemporaryDirectory()
    private let migrations = [
        Migration("note", "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT")
    ]

    @Test func returnsTheValueOfACommittedChange() async throws {
        let writer = try Writer(path: directory.file, migrations: migrations)
        let id = try await writer.write { t in
            try t.prepare("INSERT INTO note (text) VALUES (?)").binding("one").run()
            return t.lastInsertRowID
        }
        #expect(id == 1)
        let readers = try Readers(path: directory.file)
        let text = try await readers.read { t in
            try t.prepare("SELECT text FROM note WHERE id = ?").binding(Int64(1)).first { row in try row.text(0) }
        }
        #expect(text == "one")
        await readers.close()
        await writer.close()
    }
}
