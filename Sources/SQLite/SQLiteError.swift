internal import CSQLite

/// What SQLite refused, with everything an operator needs to act on it.
package struct SQLiteError: Error, Sendable, CustomStringConvertible {
    /// The classes a caller acts on; all others are `other`.
    package enum Kind: Sendable, Equatable {
        /// Another writer held the lock for longer than the busy time-out: nothing was done, try again.
        case busy
        /// A row breaks the schema: UNIQUE, NOT NULL, CHECK, a foreign key, a STRICT type.
        case constraint
        /// The disk, or the ceiling on pages, is full.
        case full
        /// A change by a read-only connection, or of a file that may not be written.
        case readOnly
        /// The file is damaged.
        case corrupt
        /// The file is there and is none of SQLite's.
        case notADatabase
        /// The file, or its lock, cannot be opened or made.
        case cannotOpen
        /// The disk failed; where that was at a commit, only reading tells what was kept.
        case io
        /// A newer version of the program has migrated the file.
        case tooNew
        /// The file lacks migrations, and this connection is not the one to apply them.
        case tooOld
        /// The file is another program's.
        case foreign
        /// The file is empty, and this connection is not the one to make it a database.
        case empty
        /// The file has a second name, under which another process could have it too.
        case linked
        /// Another process holds the file's lock.
        case inUse
        /// A value in a row is not of the type that was asked for.
        case type
        /// The writer, or the pool of readers, no longer works.
        case closed
        /// A mistake in the calling code.
        case misuse
        /// Anything else: the codes and the message tell.
        case other
    }

    package let kind: Kind
    /// The primary result code, such as 19 for SQLITE_CONSTRAINT; 0 for what this module found itself.
    package let code: Int32
    /// The extended result code, such as 2067 for SQLITE_CONSTRAINT_UNIQUE.
    package let extendedCode: Int32
    /// SQLite's words or this module's, for people.
    package let message: String
    /// The file, as it was named; nil where the fault is in no file.
    package let path: String?
    /// The statement's text, without the values that were bound to it.
    package let sql: String?

    init(_ extended: Int32, _ message: String, path: String? = nil, sql: String? = nil) {
        self.init(Self.kind(extended & 0xff), message, path: path, sql: sql, extended: extended)
    }

    init(_ kind: Kind, _ message: String, path: String? = nil, sql: String? = nil, extended: Int32 = 0) {
        self.kind = kind
        self.message = message
        self.path = path
        self.sql = sql
        code = extended & 0xff
        extendedCode = extended
    }

    private static func kind(_ code: Int32) -> Kind {
        switch code {
        case SQLITE_BUSY, SQLITE_LOCKED: .busy
        case SQLITE_CONSTRAINT: .constraint
        case SQLITE_FULL: .full
        case SQLITE_READONLY: .readOnly
        case SQLITE_CORRUPT: .corrupt
        case SQLITE_NOTADB: .notADatabase
        case SQLITE_CANTOPEN: .cannotOpen
        case SQLITE_IOERR: .io
        case SQLITE_MISMATCH: .type
        case SQLITE_MISUSE, SQLITE_RANGE: .misuse
        default: .other
        }
    }

    /// What and where, for people: without the codes and the statement, which help only developers.
    package var reason: String { (path.map { "\($0): " } ?? "") + message }

    package var description: String {
        let codes = code == 0 ? "" : " (\(code), extended \(extendedCode))"
        return (path.map { "\($0): " } ?? "") + message + codes + (sql.map { ", in: \($0)" } ?? "")
    }
}
