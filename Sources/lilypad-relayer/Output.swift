import Glibc

/// What the program writes: results to standard output, everything else to standard error.
enum Output {
    static func write(_ text: String) { put(text, to: 1) }

    static func line(_ text: String) { put(text + "\n", to: 1) }

    static func error(_ text: String) { put(text + "\n", to: 2) }

    /// Writes all of it, or as much as a reader that has gone away takes.
    static func put(_ text: String, to descriptor: Int32) {
        var bytes = ArraySlice(text.utf8)
        while !bytes.isEmpty {
            let written = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { return }
            bytes = bytes.dropFirst(written)
        }
    }

    static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }
}
