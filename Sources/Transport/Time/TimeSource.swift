/// One of the three seams for tests: what time it is, and waiting.
package protocol TimeSource: Sendable {
    /// Wall clock, milliseconds since 1970 (UTC). Deadlines that outlive the process are written in it.
    func now() -> Int64
    /// Waits; throws `CancellationError` when the task is cancelled.
    func sleep(for duration: Duration) async throws
}
