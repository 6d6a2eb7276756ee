import Glibc
import RelayTestSupport
import Testing

@testable import SQLite

@Suite(.timeLimit(.minutes(1))) struct FileLockTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test func refusesASecondHolderAndNamesTheFirst() throws {
        let lock = try FileLock(path: directory.database)
        let error = #expect(throws: SQLiteError.self) { try FileLock(path: directory.database) }
        #expect(error?.kind == .inUse)
        #expect(error.map { "\($0)" } == "\(directory.database): process \(getpid()) holds the lock")
        withExtendedLifetime(lock) {}
    }

    @Test func isFreeAgainWhenLetGo() throws {
        for _ in 0..<3 { _ = try FileLock(path: directory.database) }
    }

    @Test func tellsWhetherAnybodyHoldsIt() throws {
        #expect(!FileLock.isHeld(path: directory.database))
        let writer = try Writer(directory.database)
        unsafe symlink(directory.database, directory.file("link.db"))
        #expect(FileLock.isHeld(path: directory.database))
        #expect(FileLock.isHeld(path: directory.file("link.db")))
        #expect(FileLock.isHeld(path: directory.database), "to ask must not let it go")
        withExtendedLifetime(writer) {}
    }

    @Test func tellsThatItIsLetGo() async throws {
        let writer = try Writer(directory.database)
        await writer.close()
        #expect(!FileLock.isHeld(path: directory.database))
    }

    @Test func refusesASecondWriter() async throws {
        let writer = try Writer(directory.database)
        let error = #expect(throws: SQLiteError.self) { try Writer(directory.database) }
        #expect(error?.kind == .inUse)
        await writer.close()
        #expect(throws: Never.self) { try Writer(directory.database) }
    }

    /// A hard link has a lock and a WAL of its own.
    @Test func refusesAFileWithASecondName() async throws {
        await (try Writer(directory.database)).close()
        #expect(unsafe link(directory.database, directory.file("other.db")) == 0)
        for name in [directory.database, directory.file("other.db")] {
            let error = #expect(throws: SQLiteError.self) { try Writer(name) }
            #expect(error?.kind == .linked)
            #expect(error?.reason == "\(name): the file has 2 names (hard links): it must have one")
            let reading = #expect(throws: SQLiteError.self) {
                try Connection(path: name, options: ConnectionOptions(access: .readOnly))
            }
            #expect(reading?.kind == .linked)
        }
        #expect(unsafe unlink(directory.file("other.db")) == 0)
        #expect(throws: Never.self) { try Writer(directory.database) }
    }

    @Test func refusesASecondWriterByAnotherNameOfTheFile() throws {
        let writer = try Writer(directory.database)
        unsafe symlink(directory.database, directory.file("link.db"))
        let error = #expect(throws: SQLiteError.self) { try Writer(directory.file("link.db")) }
        #expect(error?.kind == .inUse)
        withExtendedLifetime(writer) {}
    }
}
