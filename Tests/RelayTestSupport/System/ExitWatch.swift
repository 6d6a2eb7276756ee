import Dispatch
import Glibc
import Synchronization

/// Starts a process on a thread of its own, waits there for its end, and never signals a process that is not it.
///
/// One thread does both because the kernel ties "die with your parent" to the thread that started the process.
final class ExitWatch: Sendable {
    private struct State {
        var ending: ChildProcess.Ending?
        var waiting: [CheckedContinuation<ChildProcess.Ending, Never>] = []
    }

    let id: pid_t
    private let state = Mutex(State())

    private init(id: pid_t) {
        self.id = id
    }

    /// - Throws: `SystemError` when the process cannot be started.
    static func start(_ spawn: Spawn) async throws -> ExitWatch {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "child process").async {
                let watch: ExitWatch
                do {
                    watch = ExitWatch(id: try spawn.run())
                } catch {
                    return continuation.resume(throwing: error)
                }
                continuation.resume(returning: watch)
                watch.waitAndReap()
            }
        }
    }

    func ending() async -> ChildProcess.Ending {
        await withCheckedContinuation { continuation in
            let ending = state.withLock { state in
                if state.ending == nil { state.waiting.append(continuation) }
                return state.ending
            }
            if let ending { continuation.resume(returning: ending) }
        }
    }

    var endingSoFar: ChildProcess.Ending? { state.withLock { $0.ending } }

    func signal(_ number: Int32) {
        state.withLock { state in
            // Until it is reaped, which happens under this lock, the id is nobody else's.
            if state.ending == nil { _ = kill(id, number) }
        }
    }

    private func waitAndReap() {
        var info = unsafe siginfo_t()
        while unsafe waitid(P_PID, id_t(id), &info, WEXITED | WNOWAIT) == -1, errno == EINTR {}
        let (ending, waiting) = state.withLock { state in
            var status: Int32 = 0
            while unsafe waitpid(id, &status, 0) == -1, errno == EINTR {}
            let signal = status & 0x7f
            let ending = signal == 0 ? ChildProcess.Ending.exited((status >> 8) & 0xff) : .killed(signal: signal)
            state.ending = ending
            defer { state.waiting = [] }
            return (ending, state.waiting)
        }
        for continuation in waiting { continuation.resume(returning: ending) }
    }
}
