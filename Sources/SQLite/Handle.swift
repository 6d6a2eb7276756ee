internal import CSQLite
internal import Glibc

/// Owns the `sqlite3 *`: the only file that opens, configures or closes one.
///
/// Statements keep it alive, so a statement can never outlive its connection.
@safe
final class Handle {
    let raw: OpaquePointer
    let path: String
    private let busyTimeout: Int64

    /// Once in a process: SQLite counts its memory under a lock that all connections share, and nobody asks for it.
    private static let countsNoMemory = csqlite_count_no_memory() == SQLITE_OK

    init(path: String, flags: Int32, busyTimeout: Int64) throws(SQLiteError) {
        _ = Self.countsNoMemory
        var db: OpaquePointer?
        // "./" keeps SQLite from reading "file:…" and ":memory:" as anything but file names.
        let name = path.hasPrefix("/") ? path : "./" + path
        let all = flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let rc = unsafe sqlite3_open_v2(name, &db, all, nil)
        guard rc == SQLITE_OK, let opened = unsafe db else {
            let text = unsafe db.map { unsafe String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            unsafe sqlite3_close_v2(db)
            throw SQLiteError(rc, text, path: path)
        }
        unsafe raw = opened
        self.path = path
        self.busyTimeout = busyTimeout
        defend()
        waitWhenBusy()
    }

    deinit { unsafe sqlite3_close_v2(raw) }

    /// Defences for a file somebody else may have written: no schema functions with side effects, no direct writes
    /// to the schema, no "strings" as names.
    private func defend() {
        set(SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        set(SQLITE_DBCONFIG_DEFENSIVE, 1)
        set(SQLITE_DBCONFIG_DQS_DML, 0)
        set(SQLITE_DBCONFIG_DQS_DDL, 0)
    }

    private func set(_ option: Int32, _ value: Int32) {
        var result: Int32 = 0
        unsafe csqlite_db_config_int(raw, option, value, &result)
    }

    /// Waits for another writer in short steps.
    ///
    /// SQLite's own handler soon sleeps 100 ms at a time. Between two commits of a busy writer the lock is free for
    /// some microseconds only, and with such steps somebody else may never find it so.
    private func waitWhenBusy() {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        let step: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Int32 = { context, calls in
            guard let context = unsafe context else { return 0 }
            let handle = unsafe Unmanaged<Handle>.fromOpaque(context).takeUnretainedValue()
            guard Int64(calls) * 2 < handle.busyTimeout else { return 0 }
            usleep(2_000)
            return 1
        }
        unsafe sqlite3_busy_handler(raw, step, context)
    }

    /// The last call's error, with SQLite's own text.
    func error(_ rc: Int32, sql: String? = nil) -> SQLiteError {
        unsafe SQLiteError(rc, String(cString: sqlite3_errmsg(raw)), path: path, sql: sql)
    }

    var isAutocommit: Bool { unsafe sqlite3_get_autocommit(raw) != 0 }
    var changes: Int64 { unsafe sqlite3_changes64(raw) }
    var lastInsertRowID: Int64 { unsafe sqlite3_last_insert_rowid(raw) }

    /// Runs SQL without parameters, several statements allowed.
    func execute(_ sql: String) throws(SQLiteError) {
        let rc = unsafe sqlite3_exec(raw, sql, nil, nil, nil)
        if rc != SQLITE_OK { throw error(rc, sql: sql) }
    }
}
