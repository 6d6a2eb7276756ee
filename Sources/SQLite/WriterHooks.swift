/// Called on the writer's thread around each commit: for tests of what a crash leaves behind.
///
/// A hook that throws ends the writer as a crash would: nothing more is ever committed, and every caller, then and
/// later, gets that error. Thrown before the commit, the changes are rolled back; thrown after it, they are on disk
/// and their callers do not know.
package struct WriterHooks: Sendable {
    /// Gets the commit's number, counted from 1.
    package var beforeCommit: (@Sendable (_ commit: Int) throws -> Void)?
    /// Gets the commit's number, counted from 1.
    package var afterCommit: (@Sendable (_ commit: Int) throws -> Void)?

    package init(
        beforeCommit: (@Sendable (_ commit: Int) throws -> Void)? = nil,
        afterCommit: (@Sendable (_ commit: Int) throws -> Void)? = nil
    ) {
        self.beforeCommit = beforeCommit
        self.afterCommit = afterCommit
    }
}
