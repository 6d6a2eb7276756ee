import FoundationEssentials
import RelayTestSupport
import Testing

@testable import SQLite

@Suite struct MigrationTests {
    private let directory: TemporaryDirectory
    private let first = Migration("first", "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT")
    private let second = Migration("second", "CREATE TABLE b (id INTEGER PRIMARY KEY) STRICT; INSERT INTO b VALUES (7)")

    init() throws { directory = try TemporaryDirectory() }

    private func open() throws -> Connection { try Connection(path: directory.database) }

    @Test func appliesEachOnce() throws {
        try open().migrate([first])
        try open().migrate([first, second])
        try open().migrate([first, second])
        #expect(try open().integer("SELECT count(*) FROM b") == 1)
        #expect(try open().integer("PRAGMA user_version") == 2)
    }

    @Test func keepsNothingOfOneThatFails() throws {
        let broken = Migration("broken", "CREATE TABLE b (id INTEGER PRIMARY KEY); INSERT INTO nowhere VALUES (1)")
        #expect(throws: SQLiteError.self) { try open().migrate([first, broken]) }
        #expect(try open().integer("SELECT count(*) FROM sqlite_schema WHERE name IN ('a', 'b')") == 1)
        try open().migrate([first, second])
        #expect(try open().integer("SELECT count(*) FROM b") == 1)
    }

    @Test func refusesAFileOfANewerProgram() throws {
        try open().migrate([first, second])
        let error = #expect(throws: SQLiteError.self) { try open().migrate([first]) }
        #expect(error?.kind == .tooNew)
    }

    @Test func refusesAFileWithAnotherHistory() throws {
        try open().migrate([first, second])
        let error = #expect(throws: SQLiteError.self) { try open().migrate([first, Migration("other", "")]) }
        #expect(error?.kind == .foreign)
    }

    @Test func refusesAnotherProgramsFile() throws {
        try open().execute("CREATE TABLE bookmark (url TEXT)")
        let error = #expect(throws: SQLiteError.self) { try open().migrate([first], applicationID: 0x6c69_6c79) }
        #expect(error?.kind == .foreign)
        #expect(try open().integer("SELECT count(*) FROM sqlite_schema") == 1)
    }

    /// Not even its journal mode, which stays with a file for good.
    @Test func leavesAnotherProgramsFileAsItIs() throws {
        // SQLITE_OPEN_READWRITE and SQLITE_OPEN_CREATE.
        let other = try Handle(path: directory.database, flags: 2 | 4, busyTimeout: 0)
        try other.execute("CREATE TABLE bookmark (url TEXT)")
        let before = try Data(contentsOf: URL(filePath: directory.database))
        var options = ConnectionOptions()
        options.applicationID = 0x6c69_6c79

        let error = #expect(throws: SQLiteError.self) { try Connection(path: directory.database, options: options) }

        #expect(error?.kind == .foreign)
        #expect(try Data(contentsOf: URL(filePath: directory.database)) == before)
    }

    /// Without a table, and yet not free to be taken.
    @Test(arguments: ["PRAGMA application_id=5", "PRAGMA user_version=3"])
    func refusesAnEmptyFileThatAnotherProgramHasMarked(mark: String) throws {
        let other = try Handle(path: directory.database, flags: 2 | 4, busyTimeout: 0)
        try other.execute(mark)
        var options = ConnectionOptions()
        options.applicationID = 0x6c69_6c79

        let error = #expect(throws: SQLiteError.self) { try Connection(path: directory.database, options: options) }

        #expect(error?.kind == .foreign)
        let claim = #expect(throws: SQLiteError.self) { try open().migrate([first], applicationID: 0x6c69_6c79) }
        #expect(claim?.kind == .foreign)
    }

    /// Whoever reads it is told so, and the writer makes it its own: it may have been killed before it had come so far.
    @Test func tellsAnEmptyFileFromAnotherPrograms() throws {
        try Data().write(to: URL(filePath: directory.database))
        let error = #expect(throws: SQLiteError.self) {
            try Connection(path: directory.database, options: ConnectionOptions(access: .readOnly))
                .checkMigrations([first], applicationID: 0x6c69_6c79)
        }
        #expect(error?.kind == .empty)
        try open().migrate([first], applicationID: 0x6c69_6c79)
        #expect(throws: Never.self) { try open().checkMigrations([first], applicationID: 0x6c69_6c79) }
    }

    @Test func knowsItsOwnFileAgain() throws {
        try open().migrate([first], applicationID: 0x6c69_6c79)
        try open().migrate([first, second], applicationID: 0x6c69_6c79)
        try open().checkMigrations([first, second], applicationID: 0x6c69_6c79)
        let error = #expect(throws: SQLiteError.self) { try open().migrate([first, second], applicationID: 5) }
        #expect(error?.kind == .foreign)
    }

    @Test func checksWithoutApplying() throws {
        try open().migrate([first])
        let old = #expect(throws: SQLiteError.self) { try open().checkMigrations([first, second]) }
        #expect(old?.kind == .tooOld)
        let new = #expect(throws: SQLiteError.self) { try open().checkMigrations([]) }
        #expect(new?.kind == .tooNew)
        #expect(throws: Never.self) { try open().checkMigrations([first]) }
        #expect(try open().integer("PRAGMA user_version") == 1)
    }
}
