/// One thing that was said.
package struct LogRecord: Sendable, Equatable {
    /// Milliseconds since 1970 (UTC).
    package let time: Int64
    package let level: LogLevel
    /// The program's own words; what others said is in the fields.
    package let message: String
    package let fields: LogFields

    package init(time: Int64, level: LogLevel, message: String, fields: LogFields) {
        self.time = time
        self.level = level
        self.message = message
        self.fields = fields
    }
}

/// Where records go.
///
/// It is called from any thread and does not wait for long.
package protocol LogSink: Sendable {
    /// Takes the record or drops it: nobody is told of a failure.
    func write(_ record: LogRecord)
}
