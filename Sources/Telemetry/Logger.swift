/// Says what happens: a message that never changes, and fields for what does.
///
/// A value: `with` makes one that adds fields to all its lines.
package struct Logger: Sendable {
    private let sink: any LogSink
    private let clock: @Sendable () -> Int64
    private var fields = LogFields()
    /// The least level that is written.
    package let level: LogLevel

    /// Writes `level` and what is above it; `clock` tells milliseconds since 1970 (UTC).
    package init(level: LogLevel = .info, sink: any LogSink, clock: @escaping @Sendable () -> Int64) {
        self.level = level
        self.sink = sink
        self.clock = clock
    }

    /// A logger that says nothing.
    package static let none = Logger(level: .error, sink: Nowhere(), clock: { 0 })

    /// A logger whose lines all have these fields too.
    package func with(_ fields: LogFields) -> Logger {
        var child = self
        child.fields = self.fields.merging(fields)
        return child
    }

    package func trace(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
        log(.trace, message, fields())
    }

    package func debug(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
        log(.debug, message, fields())
    }

    package func info(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
        log(.info, message, fields())
    }

    package func warning(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
        log(.warning, message, fields())
    }

    package func error(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
        log(.error, message, fields())
    }

    /// Writes a line of the given level; the fields are made only when it is.
    package func log(_ level: LogLevel, _ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
        guard level >= self.level else { return }
        let all = self.fields.merging(fields())
        sink.write(LogRecord(time: clock(), level: level, message: message.description, fields: all))
    }
}

/// Drops everything.
private struct Nowhere: LogSink {
    func write(_ record: LogRecord) {}
}
