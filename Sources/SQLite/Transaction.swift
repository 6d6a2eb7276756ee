/// Proof that a transaction is open: it cannot be copied or kept.
package struct Transaction: ~Copyable {
    private let connection: Connection
    private let handle: Handle

    init(_ connection: Connection, _ handle: Handle) {
        self.connection = connection
        self.handle = handle
    }

    /// A statement for this SQL, prepared once for each connection: pass constants, never SQL made of data.
    package func prepare(_ sql: String) throws(SQLiteError) -> Statement { try connection.prepare(sql) }

    /// The row id of the last INSERT that made a row, 0 before the first.
    ///
    /// An UPSERT that updates leaves it alone: `RETURNING` tells the id in both cases.
    package var lastInsertRowID: Int64 { handle.lastInsertRowID }
}
