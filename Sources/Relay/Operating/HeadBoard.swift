package import RelayCore
internal import Synchronization

/// What following knows of the chain, for the services that wait for depth: the newest head that has been read to, and
/// what is final.
package final class HeadBoard: Sendable {
    /// One state of the chain.
    package struct View: Sendable, Equatable {
        package var head: UInt64
        /// Seconds since 1970, as the head says.
        package var timestamp: UInt64
        /// Up to where answers may be sent.
        package var settle: Release?
        /// Up to where a mined answer is final.
        package var receipt: Release?

        package init(head: UInt64, timestamp: UInt64, settle: Release?, receipt: Release?) {
            self.head = head
            self.timestamp = timestamp
            self.settle = settle
            self.receipt = receipt
        }
    }

    private struct State {
        var view: View?
        var listeners: [Wakeup] = []
    }

    private let state = Mutex(State())

    package init() {}

    /// Wakes `wakeup` at each change.
    package func wake(_ wakeup: Wakeup) { state.withLock { $0.listeners.append(wakeup) } }

    package func post(_ view: View) {
        let listeners = state.withLock { state -> [Wakeup] in
            guard state.view != view else { return [] }
            state.view = view
            return state.listeners
        }
        for listener in listeners { listener.signal() }
    }

    package var view: View? { state.withLock { $0.view } }
    package var head: UInt64? { view?.head }
    /// Seconds since 1970, as the block says.
    package var timestamp: UInt64? { view?.timestamp }

    /// Whether no reorganisation may take this block away.
    package func isFinal(_ block: UInt64) -> Bool { (view?.settle).map { block <= $0.number } ?? false }
}
