internal import CSQLite

/// The current row of a running statement; columns count from 0.
///
/// It cannot be kept.
///
/// A value of another type than the one asked for throws `SQLiteError` of kind `type`: nothing is converted, because
/// a STRICT table holds what was stored and anything else is a wrong query or a damaged file.
@safe
package struct Row: ~Copyable, ~Escapable {
    private let raw: OpaquePointer

    @_lifetime(immortal)
    init(_ raw: OpaquePointer) { unsafe self.raw = raw }

    package func isNull(_ column: Int) -> Bool { type(column) == SQLITE_NULL }

    /// The INTEGER; NULL throws too.
    package func int64(_ column: Int) throws(SQLiteError) -> Int64 {
        try require(SQLITE_INTEGER, column)
        return unsafe sqlite3_column_int64(raw, Int32(clamping: column))
    }

    /// True for every integer but 0.
    package func bool(_ column: Int) throws(SQLiteError) -> Bool { try int64(column) != 0 }

    /// The text; bytes that are no UTF-8 (a file written by others) become U+FFFD.
    package func text(_ column: Int) throws(SQLiteError) -> String {
        try require(SQLITE_TEXT, column)
        guard let start = unsafe sqlite3_column_text(raw, Int32(clamping: column)) else { return "" }
        let bytes = unsafe UnsafeBufferPointer(start: start, count: count(column))
        return unsafe String(decoding: bytes, as: UTF8.self)
    }

    /// The BLOB, copied; NULL throws too.
    package func blob(_ column: Int) throws(SQLiteError) -> [UInt8] {
        try require(SQLITE_BLOB, column)
        let start = unsafe sqlite3_column_blob(raw, Int32(clamping: column))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count(column)))
    }

    /// The INTEGER, or nil for NULL; any other type throws.
    package func optionalInt64(_ column: Int) throws(SQLiteError) -> Int64? {
        isNull(column) ? nil : try int64(column)
    }

    /// True for every INTEGER but 0, or nil for NULL; any other type throws.
    package func optionalBool(_ column: Int) throws(SQLiteError) -> Bool? { isNull(column) ? nil : try bool(column) }

    /// The TEXT, or nil for NULL; any other type throws.
    package func optionalText(_ column: Int) throws(SQLiteError) -> String? { isNull(column) ? nil : try text(column) }

    /// The BLOB, copied, or nil for NULL; any other type throws.
    package func optionalBlob(_ column: Int) throws(SQLiteError) -> [UInt8]? { isNull(column) ? nil : try blob(column) }

    private func type(_ column: Int) -> Int32 { unsafe sqlite3_column_type(raw, Int32(clamping: column)) }

    private func count(_ column: Int) -> Int { Int(unsafe sqlite3_column_bytes(raw, Int32(clamping: column))) }

    private func require(_ wanted: Int32, _ column: Int) throws(SQLiteError) {
        let found = type(column)
        guard found != wanted else { return }
        let name = unsafe sqlite3_column_name(raw, Int32(clamping: column)).map { unsafe String(cString: $0) }
        let sql = unsafe sqlite3_sql(raw).map { unsafe String(cString: $0) }
        let text = "column \(column) (\(name ?? "none")) is \(Self.name(found)), not \(Self.name(wanted))"
        throw SQLiteError(.type, text, sql: sql)
    }

    private static func name(_ type: Int32) -> String {
        switch type {
        case SQLITE_INTEGER: "INTEGER"
        case SQLITE_FLOAT: "REAL"
        case SQLITE_TEXT: "TEXT"
        case SQLITE_BLOB: "BLOB"
        default: "NULL"
        }
    }
}
