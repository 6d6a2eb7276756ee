/// Brings one answer onto the chain, once (design D6).
///
///     checking ──▶ signing ──▶ sent ──▶ (reverted) ──▶ ended
///      ▲    ▲         │          │
///      │    └─ held ──┘          │ the nonce went to another transaction
///      └─────────────────────────┘
///
/// Whoever drives this stores the machine, and with `sent` the signed bytes, before performing what it returns.
package struct SettlementMachine: Equatable, Sendable {
    package enum Phase: Equatable, Sendable {
        /// Asking the contract whether it still waits for this answer, then simulating; again and again while `hold` says
        /// what stands in the way.
        case checking
        /// Simulated; waiting for nonce, fees and signature. Never stored: after a crash it is checked again.
        case signing(gasLimit: UInt64)
        /// Signed and stored under this nonce; the same bytes are sent until one attempt is final.
        case sent(nonce: UInt64, gasLimit: UInt64, attempts: [Attempt])
        /// Mined without effect; the contract's own word decides whether somebody else was faster. Next: ended.
        case reverted(Inclusion)
        case ended(Outcome)
    }

    package enum Outcome: Equatable, Sendable {
        case settled(Inclusion)
        /// Somebody else has answered or cancelled; the contract's own word.
        case settledElsewhere(String)
        case dead(String)
    }

    package internal(set) var phase: Phase
    /// Why it was held last, and since when it is held; kept while it is checked again.
    package internal(set) var hold: Hold?
    /// Answers missing in a row, for the back-off.
    package internal(set) var failures: Int
    /// How it was mined, by the receipt that was seen last; nodes may give none any more by the time it is final.
    package internal(set) var mined: Inclusion?

    package init(phase: Phase = .checking, hold: Hold? = nil, failures: Int = 0, mined: Inclusion? = nil) {
        self.phase = phase
        self.hold = hold
        self.failures = failures
        self.mined = mined
    }

    /// What was about to be done: the same after a crash as before it.
    package func resume() -> [Action] {
        switch phase {
        case .checking, .signing, .reverted: [.askContract]
        case .sent: [.look]
        case .ended(let outcome): [.end(outcome)]
        }
    }

    package mutating func apply(_ event: Event, at now: Timestamp, limits: Limits = Limits()) -> [Action] {
        switch phase {
        case .ended(let outcome): [.end(outcome)]
        case .checking, .signing: applyUnsent(event, now, limits)
        case .reverted(let inclusion): applyReverted(event, inclusion, now, limits)
        case .sent(let nonce, let gasLimit, let attempts):
            applySent(event, Sent(nonce: nonce, gasLimit: gasLimit, attempts: attempts), now, limits)
        }
    }

    mutating func retry(after: Duration?, _ now: Timestamp, _ limits: Limits) -> [Action] {
        failures = min(failures + 1, JobMachine.counterLimit)
        let own = limits.outageBackoff.delay(after: failures)
        return [.wake(at: now + max(own, min(after ?? own, Backoff.longestRetryAfter)))]
    }

    mutating func end(_ outcome: Outcome) -> [Action] {
        phase = .ended(outcome)
        return [.end(outcome)]
    }
}
