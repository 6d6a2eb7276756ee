internal import Ethereum

/// Once it is signed: nothing but a final receipt, or a nonce that is proven to be somebody else's, ends it.
extension SettlementMachine {
    struct Sent {
        var nonce: UInt64
        var gasLimit: UInt64
        var attempts: [Attempt]

        var latest: Attempt? { attempts.last }
    }

    mutating func applySent(_ event: Event, _ sent: Sent, _ now: Timestamp, _ limits: Limits) -> [Action] {
        switch event {
        case .woke:
            return [.look]
        case .seen(let sighting):
            // What has reached nobody is tried again ever more seldom, however well looks go.
            if sent.latest?.lastSentAt != nil { failures = 0 }
            mined = sighting.inclusion ?? mined
            let inclusion = inclusion(sighting, sent)
            if inclusion != nil || (hold?.cause == .receipt && !sighting.nonceIsSpent) { hold = nil }
            return seen(inclusion, sighting, sent, now, limits)
        case .broadcast(let hash, let outcome):
            return broadcast(hash, outcome, sent, now, limits)
        case .bumped(let attempt):
            guard sent.attempts.count == 1 else { return [.look] }
            phase = .sent(nonce: sent.nonce, gasLimit: sent.gasLimit, attempts: sent.attempts + [attempt])
            return [.broadcast(attempt)]
        case .notBumped(let reason):
            return bear(reason, now, limits)
        case .unavailable(let retryAfter):
            return retry(after: retryAfter, now, limits)
        case .contractSaid, .simulated, .signed, .notAffordable, .unanswerable, .tooDear:
            return [.look]
        }
    }

    /// The receipt, or the one that was seen before where its block has stayed: nodes of Filecoin give none that is older
    /// than ten minutes.
    ///
    /// At final depth the account's nonce must say the same: a receipt that was wrong in the first place has no second one
    /// to put it right.
    private func inclusion(_ sighting: Sighting, _ sent: Sent) -> Inclusion? {
        if let inclusion = sighting.inclusion { return inclusion }
        guard let mined, sighting.keepsBlock, sent.attempts.contains(where: { $0.hash == mined.transactionHash }),
            sighting.missing > 0 || sighting.nonceIsSpent
        else { return nil }
        return mined
    }

    private mutating func seen(
        _ inclusion: Inclusion?,
        _ sighting: Sighting,
        _ sent: Sent,
        _ now: Timestamp,
        _ limits: Limits
    ) -> [Action] {
        if let inclusion {
            guard sighting.missing == 0 else {
                // The more is missing the seldomer it is looked at.
                let missing = Int(clamping: min(sighting.missing, 1_000))
                return [.wake(at: now + min(limits.look * missing, limits.slowestLook))]
            }
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
        if latest.lastSentAt != nil, hold == nil {
            hold = Hold(cause: .unmined, reason: "sent, and not mined yet: its fees may be too low by now", since: now)
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
        mined = nil
        phase = .checking
        return [.askContract]
    }

    /// A settlement that reverts although its dry run passed was overtaken, or will revert again: paying for another
    /// one is an operator's decision.
    mutating func applyReverted(
        _ event: Event,
        _ inclusion: Inclusion,
        _ now: Timestamp,
        _ limits: Limits
    ) -> [Action] {
        switch event {
        case .contractSaid(.closed(let closing)):
            end(.settledElsewhere(closing.rawValue))
        case .contractSaid(.undecided):
            // Overtaken, and that may be taken back.
            [.wake(at: now + limits.slowestLook)]
        case .contractSaid:
            end(.dead("the settlement was mined and reverted: \(inclusion.transactionHash.hex)"))
        case .unavailable(let retryAfter):
            retry(after: retryAfter, now, limits)
        case .woke, .simulated, .signed, .notAffordable, .unanswerable, .tooDear, .bumped, .notBumped, .broadcast,
            .seen:
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
        if outcome == .notSent { return retry(after: nil, now, limits) }
        var sent = sent
        if let index = sent.attempts.firstIndex(where: { $0.hash == hash }) { sent.attempts[index].lastSentAt = now }
        phase = .sent(nonce: sent.nonce, gasLimit: sent.gasLimit, attempts: sent.attempts)
        switch outcome {
        case .accepted:
            failures = 0
            if hold?.cause != .unmined { hold = nil }
            return [.wake(at: now + limits.look)]
        case .nonceUsed:
            // By one of ours whose receipt comes late, or by another transaction: the next looks tell.
            return [.wake(at: now + limits.look)]
        case .feeTooLow(let reason):
            guard sent.attempts.count == 1, let first = sent.attempts.first else { return bear(reason, now, limits) }
            return [.bump(nonce: sent.nonce, gasLimit: sent.gasLimit, old: first.fees)]
        case .insufficientFunds(let reason), .refused(let reason):
            return bear(reason, now, limits)
        case .unknown, .notSent:
            return retry(after: nil, now, limits)
        }
    }

    /// The nonce is taken and later ones wait behind it, so the bytes are kept and sent again; `hold` says why it takes
    /// so long.
    private mutating func bear(_ reason: String, _ now: Timestamp, _ limits: Limits) -> [Action] {
        if hold == nil || hold?.cause == .unmined { hold = Hold(cause: .pool, reason: reason, since: now) }
        return [.wake(at: now + limits.resendAfter)]
    }
}
