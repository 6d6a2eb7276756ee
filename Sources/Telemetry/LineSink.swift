internal import Glibc
internal import Synchronization

/// Writes records as lines to a file descriptor, each whole and at once: nothing is lost when the process ends.
///
/// A reader that does not read cannot stop the program: after `patience` its lines are dropped until it reads again,
/// and then a line says how many.
package final class LineSink: LogSink {
    private struct State {
        var isStuck = false
        /// The last line lacks its end.
        var isCut = false
        var dropped = 0
    }

    private let descriptor: Int32
    private let format: LogFormat
    private let patience: Int32
    private let state = Mutex(State())

    /// Takes a descriptor that stays open for as long as the sink is used, and the milliseconds to wait for a reader.
    package init(descriptor: Int32 = 2, format: LogFormat, patience: Int32 = 1_000) {
        self.descriptor = descriptor
        self.format = format
        self.patience = patience
    }

    /// Writes the line before it returns, or drops it; lines of several threads never mix.
    package func write(_ record: LogRecord) {
        let line = format.line(record)
        state.withLock { state in
            if state.dropped > 0, isReady(0) {
                let fields: LogFields = ["lines": state.dropped]
                let note = LogRecord(time: record.time, level: .warning, message: "log lines dropped", fields: fields)
                if send(format.line(note), &state) { state.dropped = 0 }
            }
            if !send(line, &state) { state.dropped += 1 }
        }
    }

    /// Whether the whole line was written.
    ///
    /// A line that is begun waits anew for each part.
    private func send(_ line: [UInt8], _ state: inout State) -> Bool {
        var rest = (state.isCut ? [UInt8(ascii: "\n")] + line : line)[...]
        while !rest.isEmpty {
            guard isReady(state.isStuck ? 0 : patience), let count = writeSome(rest) else {
                state.isStuck = true
                return false
            }
            rest = rest.dropFirst(count)
            state.isCut = !rest.isEmpty && (state.isCut || count > 0)
        }
        state.isStuck = false
        return true
    }

    /// A pipe that is ready takes PIPE_BUF (4,096) bytes without blocking, and no more for sure.
    private func writeSome(_ bytes: ArraySlice<UInt8>) -> Int? {
        let count = unsafe bytes.prefix(4_096).withUnsafeBytes { part in
            unsafe Glibc.write(descriptor, part.baseAddress, part.count)
        }
        if count >= 0 { return count }
        return errno == EINTR || errno == EAGAIN ? 0 : nil
    }

    private func isReady(_ milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        let count = unsafe poll(&entry, 1, milliseconds)
        // An interrupted wait is a try: the write says what is wrong.
        return count > 0 || count < 0 && errno == EINTR
    }
}

extension LogFormat {
    /// For people where standard error is a terminal, JSON elsewhere; `NO_COLOR` and a dumb terminal turn colour off.
    package static func standardError(environment: [String: String]) -> LogFormat {
        guard isatty(2) == 1 else { return .json }
        return .human(coloured: allowsColour(environment))
    }

    static func allowsColour(_ environment: [String: String]) -> Bool {
        environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
    }
}
