import Dispatch
import RelayTestSupport
import Synchronization

@testable import SQLite

/// A small schema, and what the tests do with it.
enum Notes {
    static let migrations = [
        Migration(
            "note",
            """
            CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
            CREATE TABLE child (
              id INTEGER PRIMARY KEY, note INTEGER NOT NULL REFERENCES note (id) DEFERRABLE INITIALLY DEFERRED) STRICT
            """
        )
    ]

    static func add(_ text: String, _ transaction: borrowing Transaction) throws {
        try transaction.prepare("INSERT INTO note (text) VALUES (?)").binding(text).run()
    }

    static func all(_ transaction: borrowing Transaction) throws -> [String] {
        try transaction.prepare("SELECT text FROM note ORDER BY id").all { row in try row.text(0) }
    }

    /// What another program would find in the file now.
    static func all(in path: String) throws -> [String] {
        try Connection(path: path, options: ConnectionOptions(access: .readOnly)).read { try all($0) }
    }
}

extension TemporaryDirectory {
    var database: String { file("test.db") }
}

extension Writer {
    convenience init(_ path: String, hooks: WriterHooks = .init(), options: ConnectionOptions = .init()) throws {
        try self.init(path: path, options: options, migrations: Notes.migrations, hooks: hooks)
    }

    func add(_ text: String) async throws { try await write { transaction in try Notes.add(text, transaction) } }

    /// Returns once this many changes wait.
    func waits(for count: Int) async {
        while waitingCount < count { await Task.yield() }
    }
}

/// Holds a database's thread until it is opened.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private let reached = Mutex(false)

    /// For the database's thread: says that it is here, and waits.
    func pass() {
        reached.withLock { $0 = true }
        semaphore.wait()
    }

    func open() { semaphore.signal() }

    /// Returns once the thread is here.
    func isReached() async {
        while !reached.withLock({ $0 }) { await Task.yield() }
    }
}
