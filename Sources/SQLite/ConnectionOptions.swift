/// How a database file is opened.
package struct ConnectionOptions: Sendable {
    /// What a connection may do with the file.
    package enum Access: Sendable {
        /// Queries of a file that exists.
        case readOnly
        /// Changes of a file that exists.
        case readWrite
        /// Changes; a missing file is made.
        case create
    }

    package var access = Access.create
    /// Milliseconds to wait for another writer.
    package var busyTimeout: Int64 = 10_000
    /// KiB of page cache; SQLite's own default of 2,000 is too small for random keys.
    package var cacheKiB: Int64 = 32_768
    /// Pages in the WAL before a commit also checkpoints.
    package var checkpointPages: Int64 = 1_000
    /// Bytes that the WAL file keeps after a checkpoint.
    package var journalLimit: Int64 = 64 << 20
    /// Bytes, of a new file only.
    ///
    /// An index over random keys costs less with larger pages than SQLite's 4,096.
    package var pageSize: Int64 = 8_192
    /// The most pages the file may have: a ceiling on the disk, and a full disk for tests.
    package var maxPages: Int64?
    /// Marks a new file as this program's, and refuses another program's: see `Connection.migrate`.
    package var applicationID: Int32 = 0

    package init() {}

    /// The defaults with another access.
    package init(access: Access) { self.access = access }
}
