internal import RelayCore
internal import Synchronization

/// Whether new blocks and the contracts' logs are announced by WebSocket, and whether anybody waits for blocks.
final class Announcements: Sendable {
    private struct State {
        var heardAt: Timestamp?
        var hasLogs = false
        var isBusy = true
    }

    /// Without a word for so long they are not to be relied on.
    private static let memory: Duration = .seconds(60)

    private let state = Mutex(State())

    /// A head has come; `hasLogs` tells whether logs would come too.
    func heard(at now: Timestamp, hasLogs: Bool) {
        state.withLock { state in
            state.heardAt = now
            state.hasLogs = hasLogs
        }
    }

    /// The subscription has ended.
    func ended() { state.withLock { $0.heardAt = nil } }

    func isHealthy(at now: Timestamp) -> Bool {
        state.withLock { state in
            state.hasLogs && state.heardAt.map { now >= $0 && now - $0 < Self.memory } ?? false
        }
    }

    func setBusy(_ isBusy: Bool) { state.withLock { $0.isBusy = isBusy } }

    /// Whether a new block is a reason to look at once: where logs are announced too, only while something waits for the
    /// chain to go on.
    var wantsHeads: Bool { state.withLock { $0.isBusy || !$0.hasLogs } }
}
