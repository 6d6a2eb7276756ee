import RelayTestSupport
import Testing

@testable import SQLite

@Suite(.timeLimit(.minutes(1))) struct WriterHooksTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test func keepsNothingOfAChangeWhenItDiesBeforeTheCommit() async throws {
        let crash = CrashSwitch(at: 1)
        let writer = try Writer(
            directory.database,
            hooks: WriterHooks(beforeCommit: { _ in try crash.reach("before") })
        )
        try await writer.add("one")
        await #expect(throws: Crash(point: "before")) { try await writer.add("two") }
        #expect(try Notes.all(in: directory.database) == ["one"])
        try await expectDead(writer, Crash(point: "before"))
        #expect(try Notes.all(in: directory.database) == ["one"])
    }

    @Test func keepsAChangeOfAnUnansweredCallerWhenItDiesAfterTheCommit() async throws {
        let crash = CrashSwitch(at: 1)
        let writer = try Writer(directory.database, hooks: WriterHooks(afterCommit: { _ in try crash.reach("after") }))
        try await writer.add("one")
        await #expect(throws: Crash(point: "after")) { try await writer.add("two") }
        #expect(try Notes.all(in: directory.database) == ["one", "two"])
        try await expectDead(writer, Crash(point: "after"))
        #expect(try Notes.all(in: directory.database) == ["one", "two"])
    }

    @Test func numbersTheCommits() async throws {
        let passed = CrashSwitch()
        let writer = try Writer(
            directory.database,
            hooks: WriterHooks(
                beforeCommit: { try passed.reach("before \($0)") },
                afterCommit: { try passed.reach("after \($0)") }
            )
        )
        try await writer.add("one")
        try await writer.add("two")
        #expect(passed.passed == ["before 1", "after 1", "before 2", "after 2"])
    }

    /// A dead writer answers every caller and writes nothing; the file can be opened again once it is closed.
    private func expectDead(_ writer: Writer, _ crash: Crash) async throws {
        for _ in 0..<2 { await #expect(throws: crash) { try await writer.add("late") } }
        await writer.close()
        let next = try Writer(directory.database)
        await next.close()
    }
}
