import RelayTestSupport
import Testing

@testable import SQLite

@Suite(.timeLimit(.minutes(1))) struct WriterTests {
    private struct Refusal: Error, Equatable {}

    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test func returnsTheValueOfACommittedChange() async throws {
        let writer = try Writer(directory.database)
        let id = try await writer.write { transaction in
            try Notes.add("one", transaction)
            return transaction.lastInsertRowID
        }
        #expect(id == 1)
        #expect(try Notes.all(in: directory.database) == ["one"])
    }

    @Test func writesDurably() async throws {
        let writer = try Writer(directory.database)
        let settings = try await writer.write { transaction in
            try ["synchronous", "foreign_keys", "page_size", "journal_size_limit"].map { name in
                try transaction.prepare("PRAGMA \(name)").first { row in try row.int64(0) }
            }
        }
        #expect(settings == [2, 1, 8_192, 64 << 20])
        let journal = try await writer.write { transaction in
            try transaction.prepare("PRAGMA journal_mode").first { row in try row.text(0) }
        }
        #expect(journal == "wal")
    }

    @Test func commitsALoneChangeAtOnce() async throws {
        let writer = try Writer(directory.database)
        for number in 1...3 {
            try await writer.add("\(number)")
            #expect(writer.commitCount == number)
        }
    }

    @Test func commitsChangesThatWaitTogether() async throws {
        let writer = try Writer(directory.database)
        let gate = Gate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await writer.write { _ in gate.pass() } }
            await gate.isReached()
            for number in 0..<100 { group.addTask { try await writer.add("\(number)") } }
            await writer.waits(for: 100)
            gate.open()
            try await group.waitForAll()
        }
        #expect(writer.commitCount == 2)
        #expect(try Set(Notes.all(in: directory.database)) == Set((0..<100).map { "\($0)" }))
    }

    @Test func takesNoMoreThanItsLimitInOneTransaction() async throws {
        let writer = try Writer(path: directory.database, migrations: Notes.migrations, batchLimit: 10)
        let gate = Gate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await writer.write { _ in gate.pass() } }
            await gate.isReached()
            for number in 0..<25 { group.addTask { try await writer.add("\(number)") } }
            await writer.waits(for: 25)
            gate.open()
            try await group.waitForAll()
        }
        #expect(writer.commitCount == 4)
    }

    @Test func undoesOnlyTheChangeThatThrows() async throws {
        let writer = try Writer(directory.database)
        let results = await together(writer) { number, transaction in
            try Notes.add("\(number)", transaction)
            if number % 16 == 0 { throw Refusal() }
        }
        #expect(results.filter { $0 is Refusal }.count == 4)
        #expect(results.filter { $0 == nil }.count == 60)
        #expect(try Notes.all(in: directory.database).count == 60)
        #expect(writer.commitCount == 2)
    }

    @Test func undoesALoneChangeThatThrows() async throws {
        let writer = try Writer(directory.database)
        await #expect(throws: Refusal()) {
            try await writer.write { transaction in
                try Notes.add("gone", transaction)
                throw Refusal()
            }
        }
        try await writer.add("kept")
        #expect(try Notes.all(in: directory.database) == ["kept"])
        #expect(writer.commitCount == 1)
    }

    /// A deferred foreign key fails at the commit, when it is too late to undo one savepoint.
    @Test func keepsTheNeighboursOfAChangeThatBreaksTheCommit() async throws {
        let writer = try Writer(directory.database)
        let results = await together(writer) { number, transaction in
            if number == 7 {
                try transaction.prepare("INSERT INTO child (note) VALUES (999)").run()
            } else {
                try Notes.add("\(number)", transaction)
            }
        }
        #expect(results.compactMap { ($0 as? SQLiteError)?.kind } == [.constraint])
        #expect(try Notes.all(in: directory.database).count == 63)
    }

    @Test func finishesWhatItHasAcceptedWhenItCloses() async throws {
        let writer = try Writer(directory.database)
        let gate = Gate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await writer.write { _ in gate.pass() } }
            await gate.isReached()
            for number in 0..<10 { group.addTask { try await writer.add("\(number)") } }
            await writer.waits(for: 10)
            group.addTask { await writer.close() }
            gate.open()
            try await group.waitForAll()
        }
        #expect(try Notes.all(in: directory.database).count == 10)
    }

    @Test func refusesChangesAfterItClosed() async throws {
        let writer = try Writer(directory.database)
        await writer.close()
        await writer.close()
        let error = await #expect(throws: SQLiteError.self) { try await writer.add("late") }
        #expect(error?.kind == .closed)
        #expect(throws: Never.self) { try Writer(directory.database) }
    }

    @Test func leavesNoJournalBehindWhenItCloses() async throws {
        let writer = try Writer(directory.database)
        try await writer.add("one")
        await writer.close()
        #expect(throws: SQLiteError.self) { try resolvedPath(directory.file("test.db-wal")) }
    }

    @Test func letsACancelledCallerGo() async throws {
        let writer = try Writer(directory.database)
        let gate = Gate()
        let first = Task { try await writer.write { _ in gate.pass() } }
        await gate.isReached()
        let waiting = Task { try await writer.add("cancelled") }
        await writer.waits(for: 1)
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        gate.open()
        try await first.value
        try await writer.add("next")
        #expect(try Notes.all(in: directory.database) == ["next"])
    }

    @Test func doesNotBeginForACallerThatIsCancelledAlready() async throws {
        let writer = try Writer(directory.database)
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            try await writer.add("cancelled")
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try Notes.all(in: directory.database) == [])
    }

    @Test func finishesAChangeWhoseCallerIsCancelledWhileItRuns() async throws {
        let writer = try Writer(directory.database)
        let gate = Gate()
        let running = Task {
            try await writer.write { transaction in
                gate.pass()
                try Notes.add("kept", transaction)
                return 7
            }
        }
        await gate.isReached()
        running.cancel()
        gate.open()
        #expect(try await running.value == 7)
        #expect(try Notes.all(in: directory.database) == ["kept"])
    }

    @Test func letsGoOfTheFileWithItsLastUser() async throws {
        var writer: Writer? = try Writer(directory.database)
        try await writer?.add("one")
        writer = nil
        // The thread ends soon after; until then the lock is held.
        while (try? FileLock(path: resolvedPath(directory.database))) == nil { await Task.yield() }
    }

    /// Runs 64 changes that share a transaction; what each threw, nil for none.
    private func together(
        _ writer: Writer,
        _ change: @escaping @Sendable (Int, borrowing Transaction) throws -> Void
    ) async -> [(any Error)?] {
        let gate = Gate()
        return await withTaskGroup(of: (any Error)?.self) { group in
            let first = Task { try await writer.write { _ in gate.pass() } }
            await gate.isReached()
            for number in 0..<64 {
                group.addTask {
                    do {
                        try await writer.write { transaction in try change(number, transaction) }
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            await writer.waits(for: 64)
            gate.open()
            try? await first.value
            return await group.reduce(into: []) { $0.append($1) }
        }
    }
}
