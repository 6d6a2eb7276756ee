import RelayTestSupport
import Testing

@testable import SQLite

@Suite(.timeLimit(.minutes(1))) struct ReadersTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test func seesOneSnapshot() async throws {
        let writer = try Writer(directory.database)
        let readers = try Readers(path: directory.database, count: 1)
        try await writer.add("one")
        let gate = Gate()
        let seen = Task {
            try await readers.read { transaction in
                let before = try Notes.all(transaction)
                gate.pass()
                return try (before, Notes.all(transaction))
            }
        }
        await gate.isReached()
        // The reader is in the middle, and the writer does not wait for it.
        try await writer.add("two")
        gate.open()
        let (before, after) = try await seen.value
        #expect(before == ["one"])
        #expect(after == ["one"])
        #expect(try await readers.read { try Notes.all($0) } == ["one", "two"])
    }

    @Test func refusesAChange() async throws {
        let writer = try Writer(directory.database)
        let readers = try Readers(path: directory.database)
        let error = await #expect(throws: SQLiteError.self) { try await readers.read { try Notes.add("no", $0) } }
        #expect(error?.kind == .readOnly)
        try await writer.add("yes")
        #expect(try await readers.read { try Notes.all($0) } == ["yes"])
    }

    @Test func readsSideBySide() async throws {
        let writer = try Writer(directory.database)
        try await writer.add("one")
        let readers = try Readers(path: directory.database, count: 2)
        let gate = Gate()
        let slow = Task { try await readers.read { _ in gate.pass() } }
        await gate.isReached()
        #expect(try await readers.read { try Notes.all($0) } == ["one"])
        gate.open()
        try await slow.value
    }

    @Test func passesOnWhatTheBodyThrows() async throws {
        let writer = try Writer(directory.database)
        let readers = try Readers(path: directory.database, count: 1)
        await #expect(throws: CancellationError.self) { try await readers.read { _ in throw CancellationError() } }
        #expect(try await readers.read { try Notes.all($0) } == [])
        await writer.close()
    }

    @Test func refusesReadsAfterItClosed() async throws {
        _ = try Writer(directory.database)
        let readers = try Readers(path: directory.database)
        await readers.close()
        let error = await #expect(throws: SQLiteError.self) { try await readers.read { _ in 0 } }
        #expect(error?.kind == .closed)
    }

    @Test func needsAFile() {
        let error = #expect(throws: SQLiteError.self) { try Readers(path: directory.database) }
        #expect(error?.kind == .cannotOpen)
    }
}
