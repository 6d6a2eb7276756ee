internal import CSQLite

/// One open database: its settings, a statement cache and transactions.
///
/// Not `Sendable`: it stays with the thread that made it.
package final class Connection {
    private let handle: Handle
    private var cache: [String: Statement] = [:]

    /// Opens the file and reads back what durability rests on: WAL, `synchronous=FULL`, `foreign_keys`.
    ///
    /// A new file gets mode 0600, so that nobody else reads what the program stores.
    package init(path: String, options: ConnectionOptions = .init()) throws(SQLiteError) {
        if options.access == .create { try createPrivateFile(at: path) }
        try refuseSecondName(of: path)
        handle = try Handle(
            path: path,
            flags: options.access == .readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE,
            busyTimeout: options.busyTimeout
        )
        try handle.execute("PRAGMA foreign_keys=ON; PRAGMA cache_size=-\(options.cacheKiB)")
        try require("foreign_keys", 1)
        if options.access == .readOnly {
            // The first look at the file: another kind of file is refused here and not at the first query.
            _ = try integer("PRAGMA schema_version")
        } else {
            try makeDurable(options)
        }
    }

    private func makeDurable(_ options: ConnectionOptions) throws(SQLiteError) {
        try refuseForeign(options.applicationID)
        try handle.execute("PRAGMA page_size=\(options.pageSize)")
        let journal = try text("PRAGMA journal_mode=WAL")
        guard journal == "wal" else {
            throw SQLiteError(.other, "journal_mode is \(journal), not wal", path: handle.path)
        }
        try handle.execute("PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=\(options.checkpointPages)")
        // The WAL file shrinks to this after a checkpoint; a burst does not keep the disk for ever.
        _ = try integer("PRAGMA journal_size_limit=\(options.journalLimit)")
        // Read back: a lost commit is found only after the power fails.
        try require("synchronous", 2)
        if let pages = options.maxPages { _ = try integer("PRAGMA max_page_count=\(pages)") }
    }

    /// Another program's file is left as it is: its journal mode too would be changed for good.
    private func refuseForeign(_ applicationID: Int32) throws(SQLiteError) {
        guard applicationID != 0, try !isNew(), try integer("PRAGMA application_id") != Int64(applicationID)
        else { return }
        throw SQLiteError(.foreign, "the file is another program's", path: handle.path)
    }

    /// Whether no program has made this file its own: one that is empty may still bear another's mark.
    func isNew() throws(SQLiteError) -> Bool {
        let marks = [
            try integer("SELECT count(*) FROM sqlite_schema"), try integer("PRAGMA application_id"),
            try integer("PRAGMA user_version"),
        ]
        return marks.allSatisfy { $0 == 0 }
    }

    private func require(_ pragma: String, _ value: Int64) throws(SQLiteError) {
        let found = try integer("PRAGMA \(pragma)")
        guard found == value else {
            throw SQLiteError(.other, "\(pragma) is \(found), not \(value)", path: handle.path)
        }
    }

    /// A statement for this SQL, prepared once for each connection: pass constants, never SQL made of data.
    package func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        if let found = cache[sql] { return found }
        let made = try Statement(handle, sql)
        cache[sql] = made
        return made
    }

    /// Runs SQL without parameters, several statements allowed: schema and pragmas only.
    package func execute(_ sql: String) throws(SQLiteError) { try handle.execute(sql) }

    /// The first column of the first row, or 0.
    package func integer(_ sql: String) throws(SQLiteError) -> Int64 {
        let statement = try Statement(handle, sql)
        return try statement.firstColumn { (row) throws(SQLiteError) in try row.int64(0) } ?? 0
    }

    /// The first column of the first row, or an empty text.
    package func text(_ sql: String) throws(SQLiteError) -> String {
        let statement = try Statement(handle, sql)
        return try statement.firstColumn { (row) throws(SQLiteError) in try row.text(0) } ?? ""
    }

    /// Runs `body` in BEGIN IMMEDIATE … COMMIT; what it throws undoes all of it.
    ///
    /// `body` is synchronous, so no await can fall inside. Waits for other writers up to the busy time-out, then
    /// throws `SQLiteError` of kind `busy`.
    package func transaction<Value>(_ body: (borrowing Transaction) throws -> Value) throws -> Value {
        try run(from: "BEGIN IMMEDIATE", body)
    }

    /// Runs `body` in one snapshot of the database.
    ///
    /// It never waits for a writer, and a change in it is refused where the connection is read-only.
    package func read<Value>(_ body: (borrowing Transaction) throws -> Value) throws -> Value {
        try run(from: "BEGIN", body)
    }

    private func run<Value>(from begin: String, _ body: (borrowing Transaction) throws -> Value) throws -> Value {
        try prepare(begin).run()
        do {
            let transaction = Transaction(self, handle)
            let value = try body(transaction)
            try prepare("COMMIT").run()
            return value
        } catch {
            rollback()
            throw error
        }
    }

    /// SQLITE_FULL and SQLITE_IOERR may have rolled back already: then ROLLBACK would be an error of its own.
    private func rollback() {
        if isInTransaction { try? handle.execute("ROLLBACK") }
    }

    /// Whether a transaction is open.
    ///
    /// SQLite ends one by itself when the disk is full or fails.
    var isInTransaction: Bool { !handle.isAutocommit }

    /// The file, as it was named.
    var path: String { handle.path }
}
