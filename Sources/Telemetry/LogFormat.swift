/// How a record becomes a line.
package enum LogFormat: Sendable, Equatable {
    /// `12:03:04.123 info  request found  request.id=0x12 block.number=7`, the time in UTC.
    case human(coloured: Bool)
    /// One JSON object a line: `time` (RFC 3339), `level`, `message`, then the fields.
    case json

    /// The line, with its line feed.
    package func line(_ record: LogRecord) -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(256)
        switch self {
        case .human(let coloured): HumanLine(coloured: coloured).append(record, to: &line)
        case .json: JSONLine.append(record, to: &line)
        }
        line.append(UInt8(ascii: "\n"))
        return line
    }
}

private enum JSONLine {
    static func append(_ record: LogRecord, to line: inout [UInt8]) {
        line.append(contentsOf: #"{"time":""#.utf8)
        line.append(contentsOf: Timestamp(milliseconds: record.time).rfc3339.utf8)
        line.append(contentsOf: #"","level":""#.utf8)
        line.append(contentsOf: record.level.rawValue.utf8)
        line.append(contentsOf: #"","message":"#.utf8)
        LogText.appendQuoted(record.message, to: &line)
        for (name, value) in record.fields.all {
            line.append(UInt8(ascii: ","))
            LogText.appendQuoted(name, to: &line)
            line.append(UInt8(ascii: ":"))
            append(value, to: &line)
        }
        line.append(UInt8(ascii: "}"))
    }

    private static func append(_ value: LogValue, to line: inout [UInt8]) {
        switch value {
        case .text(let text): LogText.appendQuoted(text, to: &line)
        case .integer, .bool: line.append(contentsOf: value.text.utf8)
        }
    }
}

private struct HumanLine {
    let coloured: Bool

    func append(_ record: LogRecord, to line: inout [UInt8]) {
        paint("2", Timestamp(milliseconds: record.time).timeOfDay, on: &line)
        line.append(UInt8(ascii: " "))
        paint(colour(of: record.level), name(of: record.level), on: &line)
        line.append(UInt8(ascii: " "))
        line.append(contentsOf: record.message.utf8)
        if !record.fields.all.isEmpty { line.append(UInt8(ascii: " ")) }
        for (name, value) in record.fields.all {
            line.append(UInt8(ascii: " "))
            paint("2", name + "=", on: &line)
            append(value.text, to: &line)
        }
    }

    private func append(_ text: String, to line: inout [UInt8]) {
        if LogText.isPlain(text) {
            line.append(contentsOf: text.utf8)
        } else {
            LogText.appendQuoted(text, to: &line)
        }
    }

    /// ECMA-48's select graphic rendition.
    private func paint(_ code: String, _ text: String, on line: inout [UInt8]) {
        line.append(contentsOf: (coloured ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text).utf8)
    }

    /// Five columns wide.
    private func name(of level: LogLevel) -> String {
        switch level {
        case .trace: "trace"
        case .debug: "debug"
        case .info: "info "
        case .warning: "warn "
        case .error: "error"
        }
    }

    private func colour(of level: LogLevel) -> String {
        switch level {
        case .trace, .debug: "2"
        case .info: "32"
        case .warning: "33"
        case .error: "31"
        }
    }
}
