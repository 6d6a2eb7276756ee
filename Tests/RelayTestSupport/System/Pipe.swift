import Dispatch
import Glibc
import Synchronization

/// Held while a child is born, and while descriptors exist that it must not inherit.
let spawning = Mutex<Void>(())

/// A pipe, both ends close-on-exec: a child that inherits another's input would keep it from ever ending.
struct Pipe: Sendable {
    /// An open descriptor that is closed once.
    final class End: Sendable {
        private let open: Mutex<Int32?>

        init(_ descriptor: Int32) {
            open = Mutex(descriptor)
        }

        deinit {
            close()
        }

        /// -1 when it is closed.
        var descriptor: Int32 { open.withLock { $0 ?? -1 } }

        func close() {
            open.withLock { descriptor in
                if let descriptor { _ = Glibc.close(descriptor) }
                descriptor = nil
            }
        }
    }

    typealias ReadEnd = End
    typealias WriteEnd = End

    let read: ReadEnd
    let write: WriteEnd

    init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        // pipe2 hides behind _GNU_SOURCE; the lock keeps a child from being born between the two steps.
        let made = spawning.withLock { _ in
            unsafe pipe(&ends) == 0 && ends.allSatisfy { fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }
        }
        guard made else { throw SystemError("pipe") }
        read = End(ends[0])
        write = End(ends[1])
    }
}

/// Reads a pipe to its end on a thread of its own and keeps what came.
final class OutputCollector: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var hasEnded = false
        var waitingForLine: [CheckedContinuation<Void, Never>] = []
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    init(reading end: Pipe.ReadEnd) {
        DispatchQueue(label: "child output").async { [self] in
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = unsafe Glibc.read(end.descriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                append(buffer[..<count])
            }
            finish()
        }
    }

    var text: String { state.withLock { String(decoding: $0.bytes, as: UTF8.self) } }

    /// Nil when the output ended without a whole line.
    func firstLine() async -> String? {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                let isThere = state.hasEnded || state.bytes.contains(newline)
                if !isThere { state.waitingForLine.append(continuation) }
                return isThere
            }
            if isThere { continuation.resume() }
        }
        return state.withLock { state in
            state.bytes.firstIndex(of: newline).map { String(decoding: state.bytes[..<$0], as: UTF8.self) }
        }
    }

    func end() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.waitingForEnd.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    private func append(_ bytes: ArraySlice<UInt8>) {
        let waiting = state.withLock { state in
            state.bytes += bytes
            guard bytes.contains(newline) else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waitingForLine = [] }
            return state.waitingForLine
        }
        for continuation in waiting { continuation.resume() }
    }

    private func finish() {
        let waiting = state.withLock { state in
            state.hasEnded = true
            defer { (state.waitingForLine, state.waitingForEnd) = ([], []) }
            return state.waitingForLine + state.waitingForEnd
        }
        for continuation in waiting { continuation.resume() }
    }
}

private let newline = UInt8(ascii: "\n")
