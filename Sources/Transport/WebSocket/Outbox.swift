import Synchronization

/// What the program wants from the connection's thread: messages to send, and
/// when to stop.
final class Outbox: Sendable {
    enum Stop: Int, Sendable {
        /// Send a close frame and wait for the server's.
        case afterHandshake
        /// Send a close frame if the socket takes it, and go.
        case atOnce
    }

    struct Orders: Sendable {
        var messages: [WebSocketMessage] = []
        var stop: Stop?
    }

    private struct State {
        var orders = Orders()
        var waitingBytes = 0
        var end: (any Error)?
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let wake: WakeEvent

    init(capacity: Int, wake: WakeEvent) {
        self.capacity = capacity
        self.wake = wake
    }

    /// Adds a message, or throws: nothing is dropped without a word.
    func add(_ message: WebSocketMessage) throws {
        try state.withLock { state in
            if let end = state.end { throw end }
            guard state.orders.stop == nil else { throw WebSocketError.closed }
            guard state.waitingBytes + message.bytes.count <= capacity else {
                throw WebSocketError.sendBufferFull
            }
            state.waitingBytes += message.bytes.count
            state.orders.messages.append(message)
        }
        wake.signal()
    }

    /// Asks for the end.
    ///
    /// A later call may only hasten it.
    func stop(_ stop: Stop) {
        state.withLock { state in
            if (state.orders.stop?.rawValue ?? -1) < stop.rawValue { state.orders.stop = stop }
        }
        wake.signal()
    }

    var isStopped: Bool {
        state.withLock { $0.orders.stop != nil }
    }

    /// Hands the orders to the thread, which holds `unsent` bytes still.
    func take(unsent: Int) -> Orders {
        state.withLock { state in
            let orders = state.orders
            state.orders.messages = []
            state.waitingBytes = orders.messages.reduce(unsent) { $0 + $1.bytes.count }
            return orders
        }
    }

    func finish(_ end: any Error) {
        state.withLock { $0.end = end }
    }
}
