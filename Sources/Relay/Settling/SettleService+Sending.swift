internal import Ethereum
internal import EthereumRPC
internal import RelayCore
internal import RelayStore
internal import Telemetry

/// Giving signed bytes to a node, in the order of their nonces.
extension SettleService {
    /// Sends, and raises the fees where the node wants that, until the machine waits.
    func send(_ hand: inout Case, _ action: SettlementMachine.Action, _ view: ChainView) async throws {
        var next: SettlementMachine.Action? = action
        var steps = 0
        while let action = next, steps < 8 {
            steps += 1
            let event: SettlementMachine.Event
            switch action {
            case .broadcast(let attempt):
                event = try await broadcast(attempt, of: &hand)
            case .bump(let nonce, let gasLimit, let old):
                event = try await bump(&hand, nonce: nonce, gasLimit: gasLimit, old: old)
            case .sign, .askContract, .simulate, .look, .wake, .end:
                // Prepared anew in the next round.
                return
            }
            let actions = hand.apply(event, at: environment.now, limits: options.limits)
            if case .bumped(let attempt) = event { try await storeBump(&hand, attempt) }
            next = try await advance(&hand, actions, view)
        }
    }

    private func broadcast(_ attempt: Attempt, of hand: inout Case) async throws -> SettlementMachine.Event {
        let outcome: SettlementMachine.SendOutcome
        var said = "accepted"
        do {
            _ = try await client.send(raw: attempt.rawBytes)
            outcome = .accepted
            environment.outages.recovered(Outages.settlement)
        } catch {
            outcome = SettlementMachine.SendOutcome(error)
            said = "\(error)"
            if outcome == .unknown || outcome == .notSent { note(error) }
        }
        hand.trouble = outcome == .unknown || outcome == .notSent ? said : nil
        if outcome != .notSent { environment.counters.increment("transactions.sent") }
        let change = SettlingChange(
            request: hand.request.id,
            from: hand.state,
            to: hand.state,
            machine: hand.machine,
            step: outcome == .notSent ? .waited : .sent(attempt.hash, outcome: said),
            reason: hand.trouble,
            wakeAt: environment.now,
            event: outcome != .notSent && attempt.lastSentAt == nil ? "transaction sent" : nil,
            detail: said
        )
        try await store.record([change], at: environment.now)
        guard outcome != .notSent else { return .broadcast(attempt.hash, outcome) }
        // The same bytes once more are of interest to nobody.
        environment.log(for: hand.request).log(
            attempt.lastSentAt == nil ? .info : .debug,
            "settlement sent",
            ["tx.hash": attempt.hash.hex, "tx.nonce": hand.machine.nonce, "node": said]
        )
        return .broadcast(attempt.hash, outcome)
    }

    /// Higher fees under the same nonce, and only while the chain shows that the nonce is still free.
    private func bump(
        _ hand: inout Case,
        nonce: UInt64,
        gasLimit: UInt64,
        old: Fees
    ) async throws
        -> SettlementMachine.Event
    {
        do {
            guard try await client.transactionCount(of: signer.address) <= nonce else { return .woke }
            let market = FeeMarket(try await client.feeQuote())
            guard let fees = options.fees.bumped(old, for: market) else {
                return .notBumped("the node asks for higher fees than the cap allows")
            }
            return .bumped(try attempt(hand, nonce: nonce, gasLimit: gasLimit, fees: fees))
        } catch let error as RPCError {
            environment.outages.failed(Outages.settlement, error)
            hand.trouble = "\(error)"
            return .unavailable(retryAfter: error.retryAfter)
        }
    }

    private func storeBump(_ hand: inout Case, _ attempt: Attempt) async throws {
        let change = SettlingChange(
            request: hand.request.id,
            from: hand.state,
            to: hand.state,
            machine: hand.machine,
            step: .bumped(attempt),
            wakeAt: environment.now,
            event: "fees raised",
            detail: "\(attempt.hash.hex), \(attempt.fees.maxFeePerGas) wei a gas"
        )
        try await store.record([change], at: environment.now)
    }
}

extension SettlementMachine.SendOutcome {
    /// What a failed `eth_sendRawTransaction` means for the settlement.
    init(_ error: RPCError) {
        let text = error.description
        switch error.sendFailure {
        case .alreadyKnown: self = .accepted
        case .nonceTooLow: self = .nonceUsed
        case .replacementUnderpriced, .underpriced: self = .feeTooLow(text)
        case .insufficientFunds: self = .insufficientFunds(text)
        case .nonceTooHigh, .intrinsicGasTooLow, .exceedsBlockGasLimit, .feeCapExceeded, .oversized, .poolFull,
            .invalid:
            self = .refused(text)
        case .unknown: self = error.outcomeUnknown ? .unknown : .refused(text)
        case nil: self = error.outcomeUnknown ? .unknown : .notSent
        }
    }
}
