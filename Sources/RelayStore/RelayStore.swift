package import SQLite

/// Everything that outlives the process: one SQLite file, one writer, readers beside it (design D1, D12).
///
/// The only module with SQL. Its folders are the three stages; each holds what that stage stores and asks.
package final class RelayStore: Sendable {
    let writer: Writer
    let readers: Readers

    /// Opens the file as its only writer, and makes or migrates it.
    ///
    /// Throws `SQLiteError`; `inUse` when a relayer has it.
    package init(path: String, hooks: WriterHooks = WriterHooks()) throws {
        var options = ConnectionOptions()
        options.applicationID = Schema.applicationID
        writer = try Writer(path: path, options: options, migrations: Schema.migrations, hooks: hooks)
        readers = try Readers(path: path)
    }

    /// Commits what has been accepted and closes the file.
    package func close() async {
        await writer.close()
        await readers.close()
    }

    /// How many transactions have been committed, for measurements.
    package var commitCount: Int { writer.commitCount }
}
