package import Ethereum

/// Brings one answer onto the chain, once (design D6).
///
///     checking ──▶ signing ──▶ sent ──▶ (reverted) ──▶ ended
///        ▲  │         │          │
///        │  └▶ held ◀─┘          │ the nonce went to another transaction
///        └──────┴────────────────┘
///
/// Whoever drives this stores the machine, and with `sent` the signed bytes, before performing what it returns.
package struct SettlementMachine: Equatable, Sendable {
    package enum Phase: Equatable, Sendable {
        /// Asking the contract whether it still waits for this answer, then simulating.
        case checking
        /// Simulated; waiting for nonce, fees and signature. Never stored: after a crash it is checked again.
        case signing(gasLimit: UInt64)
        /// Cannot be sent now; tried again until the time given is over, then dead.
        case held(reason: String, since: Timestamp)
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

    package enum Event: Equatable, Sendable {
        case woke
        case contractSaid(ContractStanding)
        /// A dry run of the settlement: the gas it needs, or why it would not go through.
        case simulated(Simulation)
        /// Signed and about to be stored.
        case signed(nonce: UInt64, Attempt)
        /// It cannot be signed or paid for now.
        case notAffordable(String)
        /// The chain's fees are above the operator's cap: that passes, and until then it waits.
        case tooDear(String)
        /// A replacement with higher fees, signed and about to be stored.
        case bumped(Attempt)
        /// The fees cannot be raised, because of the cap.
        case notBumped(String)
        case broadcast(Hash32, SendOutcome)
        case seen(Sighting)
        /// No usable answer.
        case unavailable(retryAfter: Duration?)
    }

    package enum Simulation: Equatable, Sendable {
        case passes(gasLimit: UInt64)
        case reverts(String)
    }

    /// What a node made of the raw transaction.
    package enum SendOutcome: Equatable, Sendable {
        /// Taken, or known already.
        case accepted
        /// The nonce has been used: by one of our attempts, or by another transaction.
        case nonceUsed
        /// The fees are too low for the pool.
        case feeTooLow(String)
        /// The account cannot pay.
        case insufficientFunds(String)
        /// Refused for another reason; the same bytes may pass later or elsewhere.
        case refused(String)
        /// No answer: it may have been taken.
        case unknown
    }

    /// What the chain shows of a sent settlement.
    package struct Sighting: Equatable, Sendable {
        /// The receipt of one of the attempts in the canonical chain, if any has one.
        package let inclusion: Inclusion?
        /// Confirmations of its block; 0 without one.
        package let confirmations: UInt64
        /// Whether the account's count, as deep as receipts must be, has passed the nonce.
        package let nonceIsSpent: Bool

        package init(inclusion: Inclusion?, confirmations: UInt64, nonceIsSpent: Bool) {
            self.inclusion = inclusion
            self.confirmations = confirmations
            self.nonceIsSpent = nonceIsSpent
        }
    }

    package enum Action: Equatable, Sendable {
        case askContract
        case simulate
        case sign(gasLimit: UInt64)
        case bump(nonce: UInt64, gasLimit: UInt64, old: Fees)
        case broadcast(Attempt)
        case look
        case wake(at: Timestamp)
        case end(Outcome)
    }

    package struct Limits: Equatable, Sendable {
        /// Confirmations at which a receipt counts as final.
        package var receiptConfirmations: UInt64 = 1
        /// How long an answer that cannot be sent is held before it is dead.
        package var holdTime: Duration = .seconds(600)
        /// How long an answer waits for the chain's fees to fall below the cap.
        package var feeTime: Duration = .seconds(86_400)
        /// How often it must have been tried before it is dead, also where the time is over: the time runs on while the
        /// node or the relayer is down.
        package var holdTries = 3
        /// How long a revert in the dry run may be the node's lag.
        package var revertTime: Duration = .seconds(20)
        package var holdBackoff = Backoff(first: .seconds(2), limit: .seconds(30))
        package var outageBackoff = Backoff(first: .milliseconds(500), limit: .seconds(30))
        /// How long a receipt may be missing although the nonce is used.
        package var receiptPatience: Duration = .seconds(300)
        /// The same bytes are sent again when they have not been mined for so long.
        package var resendAfter: Duration = .seconds(30)
        /// Time between two looks for a receipt; a new head brings the next one forward.
        package var look: Duration = .seconds(4)

        package init() {}

        /// How long a cause is borne before the request is dead, once it has come up `holdTries` times.
        func patience(with cause: Hold.Cause) -> Duration {
            switch cause {
            case .unknownJob, .unreadable, .funds: holdTime
            case .reverts: revertTime
            case .fees: feeTime
            // Signed: never given up, for later nonces wait behind it.
            case .pool, .receipt: .seconds(Int64.max)
            }
        }
    }

    package private(set) var phase: Phase
    /// Why it was held last, and since when it is held; kept while it is checked again.
    package private(set) var hold: Hold?
    /// Answers missing in a row, for the back-off.
    package private(set) var failures: Int

    /// What stands in the way.
    package struct Hold: Equatable, Sendable {
        /// Reasons of one kind count as one, for their texts may name amounts that change with every block.
        package enum Cause: String, Sendable, CaseIterable {
            case unknownJob
            /// The contract does not tell whether it waits.
            case unreadable
            case reverts
            case funds
            case fees
            /// Signed, and no pool takes it.
            case pool
            /// Its nonce is used, and it has no receipt.
            case receipt
        }

        package let cause: Cause
        package let reason: String
        /// When this cause came up.
        package let since: Timestamp
        /// When the first of several causes in a row came up.
        package let began: Timestamp
        /// How often one of them has been found.
        package let times: Int

        package init(cause: Cause, reason: String, since: Timestamp, began: Timestamp? = nil, times: Int = 1) {
            self.cause = cause
            self.reason = reason
            self.since = since
            self.began = began ?? since
            self.times = times
        }
    }

    package init(phase: Phase = .checking, hold: Hold? = nil, failures: Int = 0) {
        self.phase = phase
        self.hold = hold
        self.failures = failures
    }

    /// What was about to be done: the same after a crash as before it.
    package func resume(at now: Timestamp, limits: Limits = Limits()) -> [Action] {
        switch phase {
        case .checking, .signing, .held, .reverted: [.askContract]
        case .sent: [.look]
        case .ended(let outcome): [.end(outcome)]
        }
    }

    package mutating func apply(_ event: Event, at now: Timestamp, limits: Limits = Limits()) -> [Action] {
        switch phase {
        case .ended(let outcome): [.end(outcome)]
        case .checking, .signing, .held: applyUnsent(event, now, limits)
        case .reverted(let inclusion): applyReverted(event, inclusion, now, limits)
        case .sent(let nonce, let gasLimit, let attempts):
            applySent(event, Sent(nonce: nonce, gasLimit: gasLimit, attempts: attempts), now, limits)
        }
    }

    // MARK: Before anything is signed

    private mutating func applyUnsent(_ event: Event, _ now: Timestamp, _ limits: Limits) -> [Action] {
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
            guard case .signing(let gasLimit) = phase else { return resume(at: now, limits: limits) }
            hold = nil
            failures = 0
            phase = .sent(nonce: nonce, gasLimit: gasLimit, attempts: [attempt])
            return [.broadcast(attempt)]
        case .notAffordable(let reason):
            return keep(.funds, reason, now, limits)
        case .tooDear(let reason):
            return keep(.fees, reason, now, limits)
        case .unavailable(let retryAfter):
            return retry(after: retryAfter, now, limits)
        case .bumped, .notBumped, .broadcast, .seen:
            // An answer to a question from before a loss or a restart.
            return resume(at: now, limits: limits)
        }
    }

    private mutating func contractSaid(_ standing: ContractStanding, _ now: Timestamp, _ limits: Limits) -> [Action] {
        switch standing {
        case .open:
            phase = .checking
            return [.simulate]
        case .closed(let closing):
            return end(.settledElsewhere(closing.rawValue))
        case .anotherRequest(let hash):
            return end(.dead("the contract has another request under this job id: \(hash.hex)"))
        case .unknown:
            return keep(.unknownJob, "the contract does not know this job", now, limits)
        case .unreadable(let how):
            return keep(.unreadable, how, now, limits)
        }
    }

    // MARK: Once it is signed

    private struct Sent {
        var nonce: UInt64
        var gasLimit: UInt64
        var attempts: [Attempt]

        var latest: Attempt? { attempts.last }
    }

    private mutating func applySent(_ event: Event, _ sent: Sent, _ now: Timestamp, _ limits: Limits) -> [Action] {
        switch event {
        case .woke:
            return [.look]
        case .seen(let sighting):
            failures = 0
            if sighting.inclusion != nil || !sighting.nonceIsSpent, hold?.cause == .receipt { hold = nil }
            return seen(sighting, sent, now, limits)
        case .broadcast(let hash, let outcome):
            return broadcast(hash, outcome, sent, now, limits)
        case .bumped(let attempt):
            guard sent.attempts.count == 1 else { return [.look] }
            phase = .sent(nonce: sent.nonce, gasLimit: sent.gasLimit, attempts: sent.attempts + [attempt])
            return [.broadcast(attempt)]
        case .notBumped(let reason):
            hold = hold ?? Hold(cause: .pool, reason: reason, since: now)
            return [.wake(at: now + limits.resendAfter)]
        case .unavailable(let retryAfter):
            return retry(after: retryAfter, now, limits)
        case .contractSaid, .simulated, .signed, .notAffordable, .tooDear:
            return [.look]
        }
    }

    private mutating func seen(_ sighting: Sighting, _ sent: Sent, _ now: Timestamp, _ limits: Limits) -> [Action] {
        if let inclusion = sighting.inclusion {
            guard sighting.confirmations >= limits.receiptConfirmations else { return [.wake(at: now + limits.look)] }
            guard inclusion.succeeded else {
                phase = .reverted(inclusion)
                return [.askContract]
            }
            return end(.settled(inclusion))
        }
        if sighting.nonceIsSpent { return nonceSpent(now, limits) }
        guard let latest = sent.latest else { return [.wake(at: now + limits.look)] }
        // A clock that was set back does not keep it from being sent again.
        if let last = latest.lastSentAt, last <= now, now - last < limits.resendAfter {
            return [.wake(at: now + limits.look)]
        }
        return [.broadcast(latest)]
    }

    /// The nonce is used at final depth, and no receipt of ours is to be had: it may come late, or another transaction of
    /// this account took the nonce.
    ///
    /// Only after some patience is that proven, and only then may the answer get new bytes under a new nonce.
    private mutating func nonceSpent(_ now: Timestamp, _ limits: Limits) -> [Action] {
        guard let hold, hold.cause == .receipt else {
            hold = Hold(
                cause: .receipt,
                reason: "its nonce is used, and no receipt of it is to be had",
                since: now
            )
            return [.wake(at: now + limits.look)]
        }
        guard now - hold.since >= limits.receiptPatience else { return [.wake(at: now + limits.look)] }
        self.hold = nil
        phase = .checking
        return [.askContract]
    }

    /// A settlement that reverts although its dry run passed was overtaken, or will revert again: paying for another
    /// one is an operator's decision.
    private mutating func applyReverted(
        _ event: Event,
        _ inclusion: Inclusion,
        _ now: Timestamp,
        _ limits: Limits
    ) -> [Action] {
        switch event {
        case .contractSaid(.closed(let closing)):
            end(.settledElsewhere(closing.rawValue))
        case .contractSaid:
            end(.dead("the settlement was mined and reverted: \(inclusion.transactionHash.hex)"))
        case .unavailable(let retryAfter):
            retry(after: retryAfter, now, limits)
        case .woke, .simulated, .signed, .notAffordable, .tooDear, .bumped, .notBumped, .broadcast, .seen:
            [.askContract]
        }
    }

    private mutating func broadcast(
        _ hash: Hash32,
        _ outcome: SendOutcome,
        _ sent: Sent,
        _ now: Timestamp,
        _ limits: Limits
    ) -> [Action] {
        var sent = sent
        if let index = sent.attempts.firstIndex(where: { $0.hash == hash }) { sent.attempts[index].lastSentAt = now }
        phase = .sent(nonce: sent.nonce, gasLimit: sent.gasLimit, attempts: sent.attempts)
        switch outcome {
        case .accepted:
            failures = 0
            hold = nil
            return [.wake(at: now + limits.look)]
        case .nonceUsed:
            // By one of ours whose receipt comes late, or by another transaction: the next looks tell.
            return [.wake(at: now + limits.look)]
        case .feeTooLow(let reason):
            guard sent.attempts.count == 1, let first = sent.attempts.first else { return bear(reason, now, limits) }
            return [.bump(nonce: sent.nonce, gasLimit: sent.gasLimit, old: first.fees)]
        case .insufficientFunds(let reason), .refused(let reason):
            return bear(reason, now, limits)
        case .unknown:
            return retry(after: nil, now, limits)
        }
    }

    /// The nonce is taken and later ones wait behind it, so the bytes are kept and sent again; `hold` says why it takes
    /// so long.
    private mutating func bear(_ reason: String, _ now: Timestamp, _ limits: Limits) -> [Action] {
        hold = hold ?? Hold(cause: .pool, reason: reason, since: now)
        return [.wake(at: now + limits.resendAfter)]
    }

    // MARK: Waiting

    /// Held until the cause has lasted for as long as it is borne; causes that take turns are borne no longer than the
    /// most patient one.
    private mutating func keep(_ cause: Hold.Cause, _ reason: String, _ now: Timestamp, _ limits: Limits) -> [Action] {
        failures = 0
        let kept = Hold(
            cause: cause,
            reason: reason,
            since: hold.flatMap { $0.cause == cause ? $0.since : nil } ?? now,
            began: hold?.began ?? now,
            times: min((hold?.times ?? 0) + 1, JobMachine.counterLimit)
        )
        hold = kept
        let isOver = now - kept.since >= limits.patience(with: cause) || now - kept.began >= limits.feeTime
        if isOver, kept.times >= limits.holdTries { return end(.dead(reason)) }
        phase = .held(reason: reason, since: kept.since)
        return [.wake(at: now + limits.holdBackoff.delay(after: kept.times))]
    }

    private mutating func retry(after: Duration?, _ now: Timestamp, _ limits: Limits) -> [Action] {
        failures = min(failures + 1, JobMachine.counterLimit)
        let own = limits.outageBackoff.delay(after: failures)
        return [.wake(at: now + max(own, min(after ?? own, .seconds(600))))]
    }

    private mutating func end(_ outcome: Outcome) -> [Action] {
        phase = .ended(outcome)
        return [.end(outcome)]
    }
}
