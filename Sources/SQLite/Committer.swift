/// What the writer's thread does with the changes it takes.
final class Committer {
    /// A hook's error: no change is to blame, and no other attempt follows.
    private struct Crash: Error {
        let cause: any Error
    }

    private let lock: FileLock
    private let connection: Connection
    private let hooks: WriterHooks
    private let commits: CommitCount
    private var crash: Crash?

    init(
        path: String,
        options: ConnectionOptions,
        migrations: [Migration],
        hooks: WriterHooks,
        commits: CommitCount
    ) throws {
        if options.access == .create { try createPrivateFile(at: path) }
        // Before SQLite looks at the file: a second writer must not even recover its journal.
        lock = try FileLock(path: resolvedPath(path))
        connection = try Connection(path: path, options: options)
        self.hooks = hooks
        self.commits = commits
        try connection.migrate(migrations, applicationID: options.applicationID)
    }

    /// Commits the changes together and answers each.
    func commit(_ taken: [any Work]) {
        let batch = taken.filter { $0.begin() }
        if !batch.isEmpty { commitBegun(batch) }
    }

    private func commitBegun(_ batch: [any Work]) {
        if let crash { return fail(batch, crash.cause) }
        do {
            let errors = try attempt(batch)
            commits.increment()
            try call(hooks.afterCommit, commits.value)
            for (change, error) in zip(batch, errors) { change.finish(error) }
        } catch let crash as Crash {
            self.crash = crash
            fail(batch, crash.cause)
        } catch {
            retry(batch, after: error)
        }
    }

    /// Nothing was kept.
    ///
    /// A lone culprit must not take its neighbours with it: each is tried alone, once.
    private func retry(_ batch: [any Work], after error: any Error) {
        let isBusy = (error as? SQLiteError)?.kind == .busy
        if batch.count == 1 || isBusy { return fail(batch, error) }
        for change in batch { commitBegun([change]) }
    }

    private func fail(_ batch: [any Work], _ error: any Error) {
        for change in batch { change.finish(error) }
    }

    /// Runs the changes in one transaction and returns what each threw; throws what a lone one threw.
    private func attempt(_ batch: [any Work]) throws -> [(any Error)?] {
        try connection.transaction { transaction in
            if batch.count == 1 {
                // A savepoint copies each page that is changed: a lone change is undone with its transaction.
                if let error = batch[0].run(in: transaction) { throw error }
                try call(hooks.beforeCommit, commits.value + 1)
                return [nil]
            }
            var errors: [(any Error)?] = []
            for change in batch { errors.append(try runInSavepoint(change, transaction)) }
            try call(hooks.beforeCommit, commits.value + 1)
            return errors
        }
    }

    private func runInSavepoint(_ change: any Work, _ transaction: borrowing Transaction) throws -> (any Error)? {
        try transaction.prepare("SAVEPOINT change").run()
        let error = change.run(in: transaction)
        // A full disk or an I/O error may end the whole transaction, not only this savepoint.
        guard connection.isInTransaction else { throw error ?? SQLiteError(.other, "the transaction was lost") }
        if error != nil { try transaction.prepare("ROLLBACK TO change").run() }
        try transaction.prepare("RELEASE change").run()
        return error
    }

    private func call(_ hook: (@Sendable (Int) throws -> Void)?, _ commit: Int) throws(Crash) {
        do { try hook?(commit) } catch { throw Crash(cause: error) }
    }
}
