internal import Ethereum
internal import RelayCore
internal import RelayStore
internal import Synchronization

/// Whose turn it was last, and which waits have been spoken of.
///
/// Only in memory: after a restart any party may be the first, and each is as often the next as the others.
final class AdmissionTurns: Sendable {
    private struct State {
        var last: [AdmissionLane: Address] = [:]
        var told: [Address?: Timestamp] = [:]
    }

    /// From one word about a party's wait to the next.
    private static let pause: Duration = .seconds(60)
    private static let toldLimit = 1_024

    private let state = Mutex(State())

    var last: [AdmissionLane: Address] { state.withLock { $0.last } }

    /// A request of this party was begun, or a look got as far as it.
    func passed(_ party: Address?, in lane: AdmissionLane) {
        guard let party else { return }
        state.withLock { $0.last[lane] = party }
    }

    /// Whether to say now that a party (nil: all of them) waits.
    func isToTell(_ party: Address?, at now: Timestamp) -> Bool {
        state.withLock { state in
            if let told = state.told[party], now - told < Self.pause { return false }
            if state.told.count >= Self.toldLimit { state.told = state.told.filter { now - $0.value < Self.pause } }
            guard state.told.count < Self.toldLimit else { return false }
            state.told[party] = now
            return true
        }
    }
}
