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
        var resting: [Address: Timestamp] = [:]
        var overdueAt: Timestamp?
    }

    /// From one word about a party's wait to the next.
    private static let pause: Duration = .seconds(60)
    private static let toldLimit = 1_024
    /// How long after its rest a party is let ahead one request at a time.
    private static let wariness: Duration = .seconds(600)

    private let state = Mutex(State())

    var last: [AdmissionLane: Address] { state.withLock { $0.last } }

    /// A request of this party was begun, or a look got as far as it.
    func passed(_ party: Address?, in lane: AdmissionLane) {
        guard let party else { return }
        state.withLock { $0.last[lane] = party }
    }

    /// Whether to look now for what has waited for too long, which goes through every party: seldom, as patience goes.
    func isToFindOverdue(_ patience: Duration, at now: Timestamp) -> Bool {
        state.withLock { state in
            if let last = state.overdueAt, now - last < min(.seconds(60), patience / 10) { return false }
            state.overdueAt = now
            return true
        }
    }

    /// Some were found, and there may be more.
    func findMoreOverdue() { state.withLock { $0.overdueAt = nil } }

    /// A party had a request whose job is too large for what is left of a quota: the next ones would each ask the chain and
    /// find the same.
    func rest(_ party: Address?, until at: Timestamp) {
        guard let party else { return }
        state.withLock { state in
            if state.resting.count < Self.toldLimit { state.resting[party] = at }
        }
    }

    /// Parties that are passed over now, and those whose next request goes alone, to find out.
    func rests(at now: Timestamp) -> (resting: Set<Address>, wary: Set<Address>) {
        state.withLock { state in
            state.resting = state.resting.filter { $0.value + Self.wariness > now }
            let resting = state.resting.filter { $0.value > now }.keys
            return (Set(resting), Set(state.resting.keys).subtracting(resting))
        }
    }

    /// When the next of them is looked at again.
    func nextRested(after now: Timestamp) -> Timestamp? {
        state.withLock { state in state.resting.values.filter { $0 > now }.min() }
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
