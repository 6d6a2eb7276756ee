import Glibc
import Synchronization

/// What the program writes: results to standard output, everything else to standard error.
enum Output {
    /// The system's word for the first failure to write a result; a reader that has gone away is none.
    private static let failure = Mutex<Int32>(0)

    static func write(_ text: String) { put(text, to: 1) }

    static func line(_ text: String) { put(text + "\n", to: 1) }

    static func error(_ text: String) { put(text + "\n", to: 2) }

    static func put(_ text: String, to descriptor: Int32) { put(Array(text.utf8), to: descriptor) }

    /// Writes all of it, or as much as a reader that has gone away takes.
    static func put(_ bytes: [UInt8], to descriptor: Int32) {
        var bytes = ArraySlice(bytes)
        while !bytes.isEmpty {
            let written = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { return note(errno, descriptor) }
            bytes = bytes.dropFirst(written)
        }
    }

    /// Why results are missing from standard output, if any are.
    static var problem: String? {
        let number = failure.withLock { $0 }
        return number == 0 ? nil : "cannot write the output: \(unsafe String(cString: strerror(number)))"
    }

    private static func note(_ number: Int32, _ descriptor: Int32) {
        guard descriptor == 1, number != EPIPE else { return }
        failure.withLock { $0 = $0 == 0 ? number : $0 }
    }

    static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }
}
