internal import Ethereum

/// Before anything is signed.
extension SettlementMachine {
    mutating func applyUnsent(_ event: Event, _ now: Timestamp, _ limits: Limits) -> [Action] {
        switch event {
        case .woke:
            phase = .checking
            return [.askContract]
        case .contractSaid(let standing):
            return contractSaid(standing, now, limits)
        case .simulated(.passes(let gasLimit)):
            phase = .signing(gasLimit: gasLimit)
            return [.sign(gasLimit: gasLimit)]
        case .simulated(.reverts(let reason)):
            return keep(.reverts, "the settlement would revert: \(reason)", now, limits)
        case .signed(let nonce, let attempt):
            guard case .signing(let gasLimit) = phase else { return resume() }
            hold = nil
            failures = 0
            phase = .sent(nonce: nonce, gasLimit: gasLimit, attempts: [attempt])
            return [.broadcast(attempt)]
        case .notAffordable(let reason):
            return keep(.funds, reason, now, limits)
        case .unanswerable(let reason):
            return end(.dead(reason))
        case .tooDear(let reason):
            return keep(.fees, reason, now, limits)
        case .unavailable(let retryAfter):
            return retry(after: retryAfter, now, limits)
        case .bumped, .notBumped, .broadcast, .seen:
            // An answer to a question from before a loss or a restart.
            return resume()
        }
    }

    private mutating func contractSaid(_ standing: ContractStanding, _ now: Timestamp, _ limits: Limits) -> [Action] {
        switch standing {
        case .open:
            phase = .checking
            return [.simulate]
        case .closed(let closing):
            return end(.settledElsewhere(closing.rawValue))
        case .undecided(let how):
            return keep(.undecided, how, now, limits)
        case .anotherRequest(let hash):
            return end(.dead("the contract has another request under this job id: \(hash.hex)"))
        case .unknown:
            return keep(.unknownJob, "the contract does not know this job", now, limits)
        case .unreadable(let how):
            return keep(.unreadable, how, now, limits)
        }
    }
}
