import Glibc
import RelayTestSupport
import Synchronization
import Testing

@testable import SQLite

/// What happens between processes.
///
/// The other process is this test program again, told by its environment what to do.
@Suite(.timeLimit(.minutes(2))) struct OtherProcessTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test(arguments: [1, 50, 400]) func losesNothingAcknowledgedWhenKilled(acknowledged: Int) async throws {
        let child = try await start("killItself", ["ACKNOWLEDGED": "\(acknowledged)"])
        #expect(await child.finished() == .killed(signal: SIGKILL), "\(child.standardOutput)")
        let acknowledgements = try lines(of: directory.file("acknowledged"))
        #expect(acknowledgements.count >= acknowledged)
        let writer = try Writer(directory.database)
        let stored = try await Set(writer.write { try Notes.all($0) })
        #expect(stored.isSuperset(of: acknowledgements))
        let check = try await writer.write { transaction in
            try transaction.prepare("PRAGMA integrity_check").first { row in try row.text(0) }
        }
        #expect(check == "ok")
    }

    @Test func letsAnotherProcessWriteWhileTheWriterIsBusy() async throws {
        let writer = try Writer(directory.database)
        let child = try await start("append", [:])
        let isOver = Counter()
        let written = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var count = 0
                    while isOver.value == 0 {
                        try await writer.add("ours")
                        count += 1
                    }
                    return count
                }
            }
            #expect(await child.finished() == .exited(0), "\(child.standardOutput)")
            isOver.increment()
            return try await group.reduce(0, +)
        }
        let texts = try Notes.all(in: directory.database)
        #expect(texts.filter { $0 == "theirs" }.count == 20)
        #expect(texts.filter { $0 == "ours" }.count == written)
        #expect(written >= 20)
    }

    @Test func refusesAWriterWhileAnotherProcessHasOne() async throws {
        let writer = try Writer(directory.database)
        let child = try await start("openAWriter", [:])
        #expect(await child.finished() == .exited(0), "\(child.standardOutput)")
        withExtendedLifetime(writer) {}
    }

    private func start(_ name: String, _ environment: [String: String]) async throws -> ChildProcess {
        let program = try resolvedPath("/proc/self/exe")
        let arguments = ["--testing-library", "swift-testing", "--filter", "OtherProcess/\(name)"]
        return try await ChildProcess.start(
            program,
            arguments,
            environment: environment.merging(["LILYPAD_TEST_DATABASE": directory.database]) { $1 }
        )
    }

    private func lines(of path: String) throws -> [String] {
        let descriptor = unsafe open(path, O_RDONLY)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = unsafe read(descriptor, &bytes, bytes.count)
        return bytes.prefix(max(count, 0)).split(separator: UInt8(ascii: "\n")).map {
            String(decoding: $0, as: UTF8.self)
        }
    }
}

/// The other process.
@Suite(.enabled(if: Parent.database != nil, "only as another process of a test")) struct OtherProcess {
    /// Writes from sixteen tasks, notes what was acknowledged, and is killed in the middle of it.
    @Test func killItself() async throws {
        let path = try #require(Parent.database)
        let limit = try #require(Parent.variable("ACKNOWLEDGED").flatMap { Int($0) })
        let writer = try Writer(path)
        let notes = unsafe open(path.replacing("test.db", with: "acknowledged"), O_WRONLY | O_CREAT | O_APPEND, 0o600)
        let count = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<16 {
                group.addTask {
                    for number in 0... {
                        let text = "\(task) \(number)"
                        try await writer.add(text)
                        _ = unsafe Glibc.write(notes, text + "\n", text.utf8.count + 1)
                        if count.increment() == limit { kill(getpid(), SIGKILL) }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// What a command does that leaves an instruction for the running relayer, each after another row of the writer's.
    @Test func append() throws {
        let connection = try Connection(path: #require(Parent.database), options: .init(access: .readWrite))
        var seen: Int64 = 0
        for _ in 0..<20 {
            let before = seen
            while seen == before { seen = try connection.integer("SELECT count(*) FROM note WHERE text = 'ours'") }
            try connection.transaction { try Notes.add("theirs", $0) }
        }
    }

    @Test func openAWriter() throws {
        let error = #expect(throws: SQLiteError.self) { try Writer(#require(Parent.database)) }
        #expect(error?.kind == .inUse)
        #expect(error?.message == "process \(getppid()) holds the lock")
    }
}

/// What the test that started this process wants.
private enum Parent {
    static let database = variable("LILYPAD_TEST_DATABASE")

    static func variable(_ name: String) -> String? { unsafe getenv(name).map { unsafe String(cString: $0) } }
}

/// A count that several tasks share.
private final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .relaxed) }

    @discardableResult
    func increment() -> Int { count.wrappingAdd(1, ordering: .relaxed).newValue }
}
