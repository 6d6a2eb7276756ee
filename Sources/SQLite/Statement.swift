internal import CSQLite

/// A prepared statement with its parameters.
///
/// Values are bound, then `run`, `rows`, `first` or `all` executes it once and clears them. Statements belong to one
/// connection and are not `Sendable`.
@safe
package final class Statement {
    /// As it was prepared, without values.
    package let sql: String
    private let handle: Handle
    private let raw: OpaquePointer
    private let changesNothing: Bool
    private var parameters: Parameters
    private var running = false
    private var isMisused = false

    init(_ handle: Handle, _ sql: String) throws(SQLiteError) {
        var statement: OpaquePointer?
        let rc = unsafe sqlite3_prepare_v3(handle.raw, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        if rc != SQLITE_OK { throw handle.error(rc, sql: sql) }
        guard let prepared = unsafe statement else { throw SQLiteError(.misuse, "no statement", sql: sql) }
        self.handle = handle
        self.sql = sql
        unsafe raw = prepared
        changesNothing = unsafe sqlite3_stmt_readonly(prepared) != 0
        parameters = Parameters(count: Int(unsafe sqlite3_bind_parameter_count(prepared)))
    }

    deinit { unsafe sqlite3_finalize(raw) }

    // MARK: Binding. Parameters count from 1, as in SQL; one that does not exist is an error of the next run.

    /// Binds an integer, or NULL for nil, to a parameter counted from 1.
    ///
    /// A parameter that does not exist, and binding while the statement runs, are errors of the next step.
    package func bind(_ index: Int, _ value: Int64?) { if isIdle() { parameters.set(index, value) } }
    /// Binds 1 or 0, or NULL for nil.
    package func bind(_ index: Int, _ value: Bool?) { bind(index, value.map { $0 ? 1 : 0 } as Int64?) }

    /// Binds a text, or NULL for nil; the bytes are copied.
    package func bind(_ index: Int, _ text: String?) {
        guard let text else { return bind(index, Int64?.none) }
        if isIdle() { parameters.set(index, text: unsafe text.utf8.span.bytes) }
    }

    /// Binds a blob, or NULL for nil; the bytes are copied.
    package func bind(_ index: Int, _ blob: [UInt8]?) {
        guard let blob else { return bind(index, Int64?.none) }
        bind(index, blob.span)
    }

    /// Binds a blob, also an empty one; the bytes are copied.
    package func bind(_ index: Int, _ blob: Span<UInt8>) { bind(index, unsafe blob.bytes) }

    /// Binds four bytes a word, as memory has them; the bytes are copied.
    package func bind(_ index: Int, bytesOf words: Span<UInt32>) { bind(index, unsafe words.bytes) }

    /// Binds eight bytes a word, as memory has them; the bytes are copied.
    package func bind(_ index: Int, bytesOf words: Span<UInt64>) { bind(index, unsafe words.bytes) }

    private func bind(_ index: Int, _ blob: RawSpan) { if isIdle() { parameters.set(index, blob: blob) } }

    /// Binds checked bytes as text, without making a `String` of them.
    package func bind(_ index: Int, text: UTF8Span) {
        if isIdle() { parameters.set(index, text: unsafe text.span.bytes) }
    }

    /// Binds values to the parameters 1, 2, …: `try t.prepare("… VALUES (?, ?)").binding(number, name).run()`.
    package func binding<each Value: Bindable>(_ values: repeat each Value) -> Statement {
        var index = 1
        for value in repeat each values {
            value.bind(to: self, at: index)
            index += 1
        }
        return self
    }

    // MARK: Running

    /// Runs to the end and drops rows.
    ///
    /// Returns how many rows were changed, 0 for a query.
    @discardableResult
    package func run() throws(SQLiteError) -> Int64 {
        try start()
        defer { reset() }
        while try step() {}
        return changesNothing ? 0 : handle.changes
    }

    /// Calls `body` for each row.
    package func rows(_ body: (borrowing Row) throws -> Void) throws {
        try start()
        defer { reset() }
        while try step() { try unsafe body(Row(raw)) }
    }

    /// All rows, each made into a value of the caller's.
    package func all<Value>(_ body: (borrowing Row) throws -> Value) throws -> [Value] {
        var values: [Value] = []
        try rows { row in values.append(try body(row)) }
        return values
    }

    /// The first row made into a value of the caller's, or nil.
    ///
    /// A change (`RETURNING`) still runs to its end.
    package func first<Value>(_ body: (borrowing Row) throws -> Value) throws -> Value? {
        try start()
        defer { reset() }
        guard try step() else { return nil }
        let value = try unsafe body(Row(raw))
        if !changesNothing { while try step() {} }
        return value
    }

    /// As `first`, for a body that throws only this module's errors.
    func firstColumn<Value>(_ body: (borrowing Row) throws(SQLiteError) -> Value) throws(SQLiteError) -> Value? {
        try start()
        defer { reset() }
        return try step() ? try unsafe body(Row(raw)) : nil
    }

    /// SQLite reads the parameters while the statement runs: they must not move then.
    ///
    /// The next step says so.
    private func isIdle() -> Bool {
        isMisused = isMisused || running
        return !running
    }

    private func step() throws(SQLiteError) -> Bool {
        if isMisused { throw SQLiteError(.misuse, "a parameter is bound while the statement runs", sql: sql) }
        switch unsafe sqlite3_step(raw) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let rc: throw handle.error(rc, sql: sql)
        }
    }

    /// Hands the parameters over.
    ///
    /// Refuses to start anew inside the statement's own rows, which that would end.
    private func start() throws(SQLiteError) {
        if running { throw SQLiteError(.misuse, "the statement is running", sql: sql) }
        if let index = parameters.unknown {
            parameters.clear()
            throw SQLiteError(.misuse, "there is no parameter \(index)", sql: sql)
        }
        let rc = unsafe parameters.bind(to: raw)
        guard rc == SQLITE_OK else {
            defer { reset() }
            throw handle.error(rc, sql: sql)
        }
        running = true
    }

    private func reset() {
        running = false
        isMisused = false
        unsafe sqlite3_reset(raw)
        // The bindings must not outlive the bytes they point to.
        unsafe sqlite3_clear_bindings(raw)
        parameters.clear()
    }
}
