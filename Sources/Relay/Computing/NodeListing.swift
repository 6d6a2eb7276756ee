internal import RelayCore
internal import Synchronization

/// When compute nodes are listed out of turn: before a job is refused for want of one, once for all requests.
final class NodeListing: Sendable {
    /// A list of less than this age needs no other one.
    static let pause: Duration = .seconds(5)

    private let state = Mutex((isRunning: false, last: Timestamp?.none))

    enum Turn {
        /// Whoever asks lists them, and says when that has ended.
        case due
        /// Another one does.
        case underWay
        /// They have just been listed, as far as they can be.
        case over
    }

    func turn(at now: Timestamp) -> Turn {
        state.withLock { state in
            if state.isRunning { return .underWay }
            if let last = state.last, now - last < Self.pause { return .over }
            state = (isRunning: true, last: now)
            return .due
        }
    }

    func ended() { state.withLock { $0.isRunning = false } }
}
