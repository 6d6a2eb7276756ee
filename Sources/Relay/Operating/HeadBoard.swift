package import Ethereum
internal import Synchronization

/// The newest head that following has read to, for the services that count confirmations.
package final class HeadBoard: Sendable {
    private struct State {
        var head: UInt64?
        var timestamp: UInt64?
        var listeners: [Wakeup] = []
    }

    private let state = Mutex(State())

    package init() {}

    /// Wakes `wakeup` at each new head.
    package func wake(_ wakeup: Wakeup) { state.withLock { $0.listeners.append(wakeup) } }

    package func post(_ header: BlockHeader) {
        let listeners = state.withLock { state -> [Wakeup] in
            guard state.head != header.number else { return [] }
            state.head = header.number
            state.timestamp = header.timestamp
            return state.listeners
        }
        for listener in listeners { listener.signal() }
    }

    package var head: UInt64? { state.withLock { $0.head } }
    /// Seconds since 1970, as the block says.
    package var timestamp: UInt64? { state.withLock { $0.timestamp } }
}
