internal import EthereumRPC
internal import RelayCore
internal import Synchronization
internal import Transport

/// Keeps those who wait from asking a server that is away, all of them together: after a failure one goes first, and the
/// others follow when it has come through.
final class NodeGate: Sendable {
    private struct State {
        /// In a row; 0 while the gate is open.
        var failures = 0
        var opensAt = Timestamp(milliseconds: 0)
        /// One is under way to find out.
        var isProbing = false
    }

    private let backoff: Backoff
    private let state = Mutex(State())

    init(backoff: Backoff) {
        self.backoff = backoff
    }

    /// How many may go now.
    func room(at now: Timestamp) -> Int {
        state.withLock { state in
            guard state.failures > 0 else { return .max }
            return state.isProbing || now < state.opensAt ? 0 : 1
        }
    }

    /// When one may go again; nil when that is now.
    func opens(after now: Timestamp) -> Timestamp? {
        state.withLock { $0.failures > 0 && $0.opensAt > now ? $0.opensAt : nil }
    }

    /// Asks to go: of many who ask at once while the gate is closed one goes, who says afterwards that it has `ended`.
    func enters(at now: Timestamp) -> Bool {
        state.withLock { state in
            guard state.failures > 0 else { return true }
            guard !state.isProbing, now >= state.opensAt else { return false }
            state.isProbing = true
            return true
        }
    }

    /// Whoever goes says so, and afterwards `ended`, whatever came of it.
    func started() { state.withLock { if $0.failures > 0 { $0.isProbing = true } } }

    func ended() { state.withLock { $0.isProbing = false } }

    /// The node answered.
    func passed() { state.withLock { $0 = State() } }

    /// A question had no answer: the node's own trouble closes the gate, a trouble with this question alone shows that it
    /// is there.
    ///
    /// Returns when one may go again; nil when that is now.
    @discardableResult
    func noted(_ error: any Error, at now: Timestamp) -> Timestamp? {
        guard let error = error as? RPCError else { return nil }
        guard error.isOfTheNode else {
            passed()
            return nil
        }
        return failed(at: now, retryAfter: error.retryAfter)
    }

    /// The node did not answer; returns when one may go again.
    @discardableResult
    func failed(at now: Timestamp, retryAfter: Duration?) -> Timestamp {
        state.withLock { state in
            // Those that went together fail together, and count as one.
            if now >= state.opensAt || state.failures == 0 {
                state.failures = min(state.failures + 1, JobMachine.counterLimit)
                let asked = min(retryAfter ?? .zero, Backoff.longestRetryAfter)
                state.opensAt = now + max(backoff.delay(after: state.failures), asked)
            }
            return state.opensAt
        }
    }
}
