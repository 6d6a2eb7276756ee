/// A few read-only connections to a file that exists, each on a thread of its own.
package final class Readers: Sendable {
    private let queue = WorkQueue()
    private let threads: [DatabaseThread]

    /// Opens `count` connections; blocks until that is done.
    ///
    /// Throws `SQLiteError`.
    package init(path: String, count: Int = 2) throws {
        var options = ConnectionOptions(access: .readOnly)
        options.cacheKiB = 4_096
        let queue = queue
        threads = try (0..<max(count, 1)).map { [options] _ in
            try DatabaseThread(named: "sqlite-reader") {
                try Connection(path: path, options: options)
            } use: { connection in
                while let next = queue.take(atMost: 1) { Self.run(next, connection) }
            }
        }
    }

    deinit { queue.close() }

    /// Runs `body` in one snapshot of the database; what is committed meanwhile it does not see.
    ///
    /// A change in it throws `SQLiteError` of kind `readOnly`. Cancelled while it waits for its turn, it throws
    /// `CancellationError`.
    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> Value
    ) async throws -> Value {
        try await Call(body).value(from: queue) { SQLiteError(.closed, "the readers are closed") }
    }

    /// Refuses new reads, finishes the accepted ones and closes the connections; returns after that.
    package func close() async {
        queue.close()
        for thread in threads { await thread.join() }
    }

    private static func run(_ taken: [any Work], _ connection: Connection) {
        for call in taken where call.begin() {
            do {
                let error = try connection.read { transaction in call.run(in: transaction) }
                call.finish(error)
            } catch {
                call.finish(error)
            }
        }
    }
}
