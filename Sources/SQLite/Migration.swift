/// A named change of the schema.
///
/// Once released it is never edited: the next change is another migration.
package struct Migration: Sendable {
    /// Kept in the file beside the migration's number: a file with other names is another program's.
    package let name: String
    /// Statements without parameters, run in one transaction.
    package let sql: String

    package init(_ name: String, _ sql: String) {
        self.name = name
        self.sql = sql
    }
}

extension Connection {
    /// Applies what is missing, each migration in a transaction of its own with its number and its name.
    ///
    /// Throws `SQLiteError`: `tooNew` for a file that a newer program has migrated, `foreign` for one whose
    /// history or application id (0 is not looked at) is another program's.
    package func migrate(_ migrations: [Migration], applicationID: Int32 = 0) throws {
        try claim(applicationID)
        try execute("CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT")
        let applied = try appliedMigrations(of: migrations)
        for (index, migration) in migrations.enumerated().dropFirst(applied) {
            try transaction { transaction in
                try execute(migration.sql)
                let number = Int64(index + 1)
                try transaction.prepare("INSERT INTO migration VALUES (?, ?)").binding(number, migration.name).run()
                try execute("PRAGMA user_version=\(number)")
            }
        }
    }

    /// Checks that the file has exactly these migrations, and changes nothing.
    ///
    /// Throws `SQLiteError`: `empty`, `tooOld`, `tooNew` or `foreign`.
    package func checkMigrations(_ migrations: [Migration], applicationID: Int32 = 0) throws {
        if applicationID != 0, try integer("PRAGMA application_id") != Int64(applicationID) {
            if try isNew() { throw SQLiteError(.empty, "the file is empty, and no database yet", path: path) }
            throw SQLiteError(.foreign, "the file is another program's", path: path)
        }
        let applied = try appliedMigrations(of: migrations)
        guard applied == migrations.count else {
            let text = "the file has \(applied) migrations, this program needs \(migrations.count)"
            throw SQLiteError(.tooOld, text, path: path)
        }
    }

    /// Marks an empty file as this program's; refuses a file with another mark.
    private func claim(_ applicationID: Int32) throws {
        guard applicationID != 0 else { return }
        if try isNew() {
            try execute("PRAGMA application_id=\(applicationID)")
        } else if try integer("PRAGMA application_id") != Int64(applicationID) {
            throw SQLiteError(.foreign, "the file is another program's", path: path)
        }
    }

    /// How many of these the file has, in this order.
    private func appliedMigrations(of migrations: [Migration]) throws -> Int {
        let applied = try integer("PRAGMA user_version")
        guard applied <= Int64(migrations.count) else {
            let text = "the file has \(applied) migrations, this program knows \(migrations.count): use a newer version"
            throw SQLiteError(.tooNew, text, path: path)
        }
        if applied == 0 { return 0 }
        let names = try prepare("SELECT name FROM migration ORDER BY number").all { row in try row.text(0) }
        guard Int64(names.count) == applied, zip(names, migrations).allSatisfy({ $0 == $1.name }) else {
            throw SQLiteError(.foreign, "the file has other migrations: \(names.joined(separator: ", "))", path: path)
        }
        return names.count
    }
}
