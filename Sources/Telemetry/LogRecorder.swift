internal import Synchronization

/// Keeps what was said: for tests.
package final class LogRecorder: LogSink {
    private let kept = Mutex<[LogRecord]>([])

    package init() {}

    package func write(_ record: LogRecord) { kept.withLock { $0.append(record) } }

    /// What was said so far, in order.
    package var records: [LogRecord] { kept.withLock { $0 } }

    /// The messages so far, in order.
    package var messages: [String] { records.map(\.message) }
}
