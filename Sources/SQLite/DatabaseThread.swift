internal import Dispatch
internal import Synchronization

/// A thread that opens something of its own, uses it, and lets go of it: a connection never changes threads.
final class DatabaseThread: Sendable {
    private struct End {
        var reached = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let end = Mutex(End())

    /// Blocks until `open` has succeeded, or throws its error.
    init<Resource>(
        named name: String,
        open: @escaping @Sendable () throws -> Resource,
        use: @escaping @Sendable (Resource) -> Void
    ) throws {
        let opening = Opening()
        try startThread(named: name) {
            Self.run(open, use, opening)
            self.reachEnd()
        }
        try opening.wait()
    }

    /// The resource is gone when this returns.
    private static func run<Resource>(
        _ open: () throws -> Resource,
        _ use: (Resource) -> Void,
        _ opening: Opening
    ) {
        do {
            let resource = try open()
            opening.finish(nil)
            use(resource)
        } catch {
            opening.finish(error)
        }
    }

    private func reachEnd() {
        let waiting = end.withLock { end in
            end.reached = true
            defer { end.waiting = [] }
            return end.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns once the thread has let go of its resource.
    func join() async {
        await withCheckedContinuation { continuation in
            let reached = end.withLock { end in
                if !end.reached { end.waiting.append(continuation) }
                return end.reached
            }
            if reached { continuation.resume() }
        }
    }
}

/// How the opening went, told by the thread to whoever started it.
private final class Opening: Sendable {
    private let error = Mutex<(any Error)?>(nil)
    private let done = DispatchSemaphore(value: 0)

    func finish(_ error: (any Error)?) {
        self.error.withLock { $0 = error }
        done.signal()
    }

    func wait() throws {
        done.wait()
        if let error = error.withLock({ $0 }) { throw error }
    }
}
