internal import Synchronization

/// The only writer of a database file in this program: a thread of its own that commits waiting changes together.
///
/// All changes that wait when the thread comes round share one transaction and one fsync; a lone one waits for nobody.
/// Each runs in a savepoint: one that throws is undone alone and gets its own error. Nobody is answered before the
/// commit, and if the commit fails everybody in it gets that error and nothing of it is kept.
package final class Writer: Sendable {
    private let queue = WorkQueue()
    private let commits = CommitCount()
    private let thread: DatabaseThread

    /// Opens the file, takes its lock, migrates it and starts the thread; blocks until that is done.
    ///
    /// Throws `SQLiteError`: `inUse` when another writer (of this or any process) has the file, `tooNew` or `foreign`
    /// when it is not this program's to change, and what SQLite says of a file that is no database.
    package init(
        path: String,
        options: ConnectionOptions = .init(),
        migrations: [Migration],
        hooks: WriterHooks = .init(),
        batchLimit: Int = 512
    ) throws {
        let queue = queue
        let commits = commits
        thread = try DatabaseThread(named: "sqlite-writer") {
            try Committer(path: path, options: options, migrations: migrations, hooks: hooks, commits: commits)
        } use: { committer in
            while let batch = queue.take(atMost: batchLimit) { committer.commit(batch) }
        }
    }

    deinit { queue.close() }

    /// Runs `body` on the writer's thread and returns its value when its transaction is on disk.
    ///
    /// `body` may run twice, when changes that shared its first transaction broke it, so it must be repeatable: it
    /// touches nothing but the database. A caller that is cancelled while it waits for its turn gets
    /// `CancellationError` and `body` never runs; later, cancellation changes nothing. Throws what `body` throws (then
    /// nothing of it is kept), or `SQLiteError`: `busy` when another process held the file for longer than the busy
    /// time-out, `full`, `io` (an error of the disk at the commit itself: read again what was kept), `closed`.
    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> Value
    ) async throws -> Value {
        try await Call(body).value(from: queue) { SQLiteError(.closed, "the writer is closed") }
    }

    /// Refuses new changes, commits the accepted ones, closes the file and gives up its lock; returns after that.
    package func close() async {
        queue.close()
        await thread.join()
    }

    /// How many changes wait for the next transaction.
    package var waitingCount: Int { queue.count }

    /// How many transactions have been committed.
    package var commitCount: Int { commits.value }
}

/// A count that the thread keeps and others read.
final class CommitCount: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .relaxed) }

    func increment() { count.wrappingAdd(1, ordering: .relaxed) }
}
