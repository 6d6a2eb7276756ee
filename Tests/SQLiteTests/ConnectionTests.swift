import Glibc
import RelayTestSupport
import Testing

@testable import SQLite

@Suite(.timeLimit(.minutes(1))) struct ConnectionTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func kind(of body: () throws -> Void) -> SQLiteError.Kind? {
        do {
            try body()
            return nil
        } catch {
            return (error as? SQLiteError)?.kind
        }
    }

    @Test func hidesANewFileFromOthers() throws {
        let connection = try Connection(path: directory.database)
        try connection.execute("CREATE TABLE t (a)")
        for name in ["test.db", "test.db-wal", "test.db-shm"] {
            var status = stat()
            #expect(unsafe stat(directory.file(name), &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600, "\(name)")
        }
    }

    @Test func rollsBackWhatThrows() throws {
        let connection = try Connection(path: directory.database)
        try connection.execute("CREATE TABLE t (a)")
        #expect(throws: CancellationError.self) {
            try connection.transaction { transaction in
                try transaction.prepare("INSERT INTO t VALUES (1)").run()
                throw CancellationError()
            }
        }
        #expect(!connection.isInTransaction)
        #expect(try connection.integer("SELECT count(*) FROM t") == 0)
    }

    @Test func refusesAFileThatIsNoDatabase() {
        write(
            "text, and more of it than a database's header has bytes: this is no database, is it? Not at all, it is not."
        )
        #expect(kind { _ = try Connection(path: directory.database) } == .notADatabase)
        #expect(
            kind { _ = try Connection(path: directory.database, options: .init(access: .readOnly)) } == .notADatabase
        )
        #expect(kind { _ = try Writer(directory.database) } == .notADatabase)
    }

    @Test(arguments: [.readOnly, .readWrite] as [ConnectionOptions.Access])
    func makesNoFileWhereItShallNot(access: ConnectionOptions.Access) {
        #expect(kind { _ = try Connection(path: directory.database, options: .init(access: access)) } == .cannotOpen)
        #expect(unsafe Glibc.access(directory.database, F_OK) != 0)
    }

    @Test func namesThePathItCannotOpen() {
        let path = directory.file("none/test.db")
        let error = #expect(throws: SQLiteError.self) { try Connection(path: path) }
        #expect(error?.kind == .cannotOpen)
        #expect(error.map { "\($0)" } == "\(path): cannot create the file: No such file or directory")
        #expect(kind { _ = try Connection(path: directory.path) } == .cannotOpen)
    }

    @Test func refusesAChangeWhenItIsReadOnly() throws {
        try Connection(path: directory.database).execute("CREATE TABLE t (a)")
        let reader = try Connection(path: directory.database, options: .init(access: .readOnly))
        #expect(kind { try reader.execute("INSERT INTO t VALUES (1)") } == .readOnly)
        #expect(kind { _ = try reader.transaction { try $0.prepare("INSERT INTO t VALUES (1)").run() } } == .readOnly)
        #expect(try reader.integer("SELECT count(*) FROM t") == 0)
    }

    @Test func refusesAValueOfAnotherTypeThanTheTables() throws {
        let connection = try Connection(path: directory.database)
        try connection.execute("CREATE TABLE t (a INTEGER NOT NULL) STRICT")
        let error = #expect(throws: SQLiteError.self) {
            try connection.prepare("INSERT INTO t VALUES (?)").binding("one").run()
        }
        #expect(error?.kind == .constraint)
        #expect(error?.extendedCode == 3_091)
    }

    @Test func enforcesForeignKeys() throws {
        let connection = try Connection(path: directory.database)
        try connection.execute("CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p INTEGER REFERENCES p (id))")
        #expect(kind { try connection.execute("INSERT INTO c VALUES (1)") } == .constraint)
    }

    @Test func refusesToTouchTheSchemaByHand() throws {
        let connection = try Connection(path: directory.database)
        try connection.execute("CREATE TABLE t (a); PRAGMA writable_schema=ON")
        #expect(kind { try connection.execute("UPDATE sqlite_schema SET sql = 'x'") } != nil)
    }

    @Test func saysThatItIsBusyAfterItsTimeout() throws {
        let holder = try Connection(path: directory.database)
        var options = ConnectionOptions()
        options.busyTimeout = 20
        let other = try Connection(path: directory.database, options: options)
        try holder.transaction { _ in
            #expect(kind { _ = try other.transaction { _ in 0 } } == .busy)
        }
        #expect(kind { _ = try other.transaction { _ in 0 } } == nil)
    }

    @Test func saysThatTheDiskIsFullAndLosesNothing() throws {
        var options = ConnectionOptions()
        options.maxPages = 16
        let connection = try Connection(path: directory.database, options: options)
        try connection.execute("CREATE TABLE t (a BLOB)")
        var stored: Int64 = 0
        let failed = kind {
            while true {
                let blob = [UInt8](repeating: 1, count: 8_000)
                _ = try connection.transaction { try $0.prepare("INSERT INTO t VALUES (?)").binding(blob).run() }
                stored += 1
            }
        }
        #expect(failed == .full)
        #expect(stored > 0)
        #expect(try connection.integer("SELECT count(*) FROM t") == stored)
        try connection.execute("DELETE FROM t")
        #expect(kind { try connection.execute("INSERT INTO t VALUES (1)") } == nil)
    }

    @Test func saysThatPagesAreDamaged() throws {
        try fill(rows: 200)
        overwrite(from: 8_192, count: 400_000)
        #expect(kind { _ = try Notes.all(in: directory.database) } == .corrupt)
        #expect(kind { _ = try Writer(directory.database) } == .corrupt)
    }

    /// Whatever is overwritten, reading throws or gives rows; nothing traps.
    @Test func survivesRandomDamage() throws {
        try fill(rows: 200)
        var random = SeededGenerator(seed: 7)
        for _ in 0..<40 {
            overwrite(from: random.below(60_000), count: random.within(1...200))
            _ = try? Notes.all(in: directory.database)
        }
    }

    @Test(arguments: ["file:x?mode=memory", ":memory:", "test.db?immutable=1"])
    func takesEveryPathForAFileName(name: String) throws {
        let path = directory.file(name)
        try Connection(path: path).execute("CREATE TABLE t (a)")
        #expect(unsafe access(path, F_OK) == 0)
    }

    private func fill(rows: Int) throws {
        let connection = try Connection(path: directory.database)
        try connection.migrate(Notes.migrations)
        for number in 0..<rows {
            try connection.transaction { try Notes.add(String(repeating: "\(number) ", count: 300), $0) }
        }
    }

    private func write(_ text: String) {
        let descriptor = unsafe open(directory.database, O_WRONLY | O_CREAT, 0o600)
        _ = unsafe Glibc.write(descriptor, text, text.utf8.count)
        close(descriptor)
    }

    private func overwrite(from offset: Int, count: Int) {
        let descriptor = unsafe open(directory.database, O_WRONLY)
        let bytes = [UInt8](repeating: 0xa5, count: count)
        _ = unsafe pwrite(descriptor, bytes, count, offset)
        close(descriptor)
    }
}
