internal import EthereumRPC
internal import RelayCore
internal import Synchronization

/// What is announced by WebSocket, as a reason to look: whether it can be relied on, and what has been announced and not
/// been read yet.
final class Announcements: Sendable {
    fileprivate struct State {
        var heardAt: Timestamp?
        var hasLogs = false
        /// The highest block that a log was announced of.
        var expected: UInt64?
        /// The highest that ever was.
        var announced: UInt64 = 0
        /// What lies below was not announced by this subscription; nil until the first look that follows it.
        var from: UInt64?
        /// The newest request of the last look, and how often such a one had not been announced by the next look.
        var foundIn: UInt64?
        var surprises = 0
        var isBusy = true
        var lookedAt: Timestamp?
    }

    /// Without a word for so long they are not to be relied on.
    private static let memory: Duration = .seconds(60)
    /// Between two looks for the sake of a head: on fast chains one look is for several.
    private static let headPause: Duration = .seconds(1)

    /// So many requests that were never announced, and the subscription to logs counts as dead.
    fileprivate static let surprises = 2

    private let state = Mutex(State())

    /// Whether the signal is a reason to look now.
    func heard(_ signal: HeadSignal, at now: Timestamp) -> Bool {
        state.withLock { state in
            switch signal {
            case .head:
                state.heardAt = now
                // Where logs are announced too, a block alone is of interest only to who waits for depth.
                guard state.isBusy || !state.hasLogs else { return false }
                return state.lookedAt.map { now < $0 || now - $0 >= Self.headPause } ?? true
            case .log(let block, _):
                state.expected = max(state.expected ?? 0, block)
                state.announced = max(state.announced, block)
                return true
            case .subscribed(let hasLogs):
                state.heardAt = now
                state.hasLogs = hasLogs
                state.surprises = 0
                state.from = nil
                return true
            case .ended:
                state.heardAt = nil
                state.hasLogs = false
                state.expected = nil
                return true
            }
        }
    }

    /// A look has read all blocks below `next`, with the newest request in `foundIn`; `isBusy` tells whether something waits for the chain to go on.
    ///
    /// Returns whether nothing can be missed until something is announced.
    func looked(next: UInt64, foundIn: UInt64?, isBusy: Bool, at now: Timestamp) -> Bool {
        state.withLock { state in
            state.isBusy = isBusy
            state.lookedAt = now
            if let expected = state.expected, expected < next { state.expected = nil }
            state.count(foundIn, next: next)
            guard state.hasLogs, state.expected == nil, let heardAt = state.heardAt else { return false }
            return now >= heardAt && now - heardAt < Self.memory
        }
    }
}

extension Announcements.State {
    /// A subscription may go on with heads and be silent about logs for ever.
    fileprivate mutating func count(_ found: UInt64?, next: UInt64) {
        defer { foundIn = found }
        guard hasLogs, let from else {
            if hasLogs { from = next }
            return
        }
        // Its announcement may come a little later than the look: so it is the next look that counts.
        guard let last = foundIn, last >= from, announced < last else { return }
        surprises += 1
        self.from = last.saturatingAdding(1)
        if surprises >= Announcements.surprises { hasLogs = false }
    }
}
