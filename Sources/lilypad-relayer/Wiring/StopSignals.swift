import Dispatch
import Glibc

/// SIGTERM and SIGINT as a stream: the first asks to stop, a second one ends the process at once.
enum StopSignals {
    static func stream() -> AsyncStream<Int32> {
        AsyncStream { continuation in
            let sources = [SIGTERM, SIGINT].map { number in
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

    /// A dispatch source is not `Sendable`; all that is done with it from elsewhere is to cancel it, which is safe from
    /// any thread.
    private struct SignalSource: Sendable {
        private nonisolated(unsafe) let source: any DispatchSourceSignal

        init(_ source: any DispatchSourceSignal) { unsafe self.source = source }

        func cancel() { unsafe source.cancel() }
    }
}
