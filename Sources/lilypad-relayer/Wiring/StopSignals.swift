import Dispatch
import Glibc

/// SIGTERM, SIGINT and the loss of the terminal (SIGHUP) as a stream: the first asks to stop, a second one ends the process at once.
enum StopSignals {
    static func stream() -> AsyncStream<Int32> {
        AsyncStream { continuation in
            let sources = ([SIGTERM, SIGINT] + (isIgnored(SIGHUP) ? [] : [SIGHUP])).map { number in
                // The default action would end the process before anybody is asked.
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: DispatchQueue(label: "signals"))
                source.setEventHandler { @Sendable in continuation.yield(number) }
                source.resume()
                return SignalSource(source)
            }
            continuation.onTermination = { _ in for source in sources { source.cancel() } }
        }
    }

    /// Whoever started us wants it so, as `nohup` does.
    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard unsafe sigaction(number, nil, &action) == 0 else { return false }
        return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }

    /// A dispatch source is not `Sendable`; all that is done with it from elsewhere is to cancel it, which is safe from
    /// any thread.
    private struct SignalSource: Sendable {
        private nonisolated(unsafe) let source: any DispatchSourceSignal

        init(_ source: any DispatchSourceSignal) { unsafe self.source = source }

        func cancel() { unsafe source.cancel() }
    }
}
