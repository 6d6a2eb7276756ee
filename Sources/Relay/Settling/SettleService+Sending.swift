internal import Ethereum
internal import EthereumRPC
internal import RelayCore
internal import RelayStore
internal import Telemetry

/// Nonces, signatures and sending: strictly one after the other.
extension SettleService {
    /// Signs what is prepared, stores all of it in one transaction, and only then sends it.
    func sign(_ prepared: [Case], _ funds: Funds) async throws {
        guard !prepared.isEmpty else { return }
        guard let fees = options.fees.fees(for: funds.market) else {
            return try await put(off: prepared, .tooDear(tooDear(funds.market)))
        }
        var ledger = NonceLedger(
            highestStored: try await store.highestNonce(of: signer.address),
            chainCount: funds.chainCount
        )
        var left = funds.balance
        var signed: [Signed] = []
        for hand in prepared {
            guard case .signing(let gasLimit) = hand.machine.phase else { continue }
            let cost = fees.cost(gasLimit: gasLimit)
            guard left >= cost else {
                try await put(off: [hand], .notAffordable(cannotPay(has: left, needs: cost)))
                continue
            }
            left = left.subtractingSaturating(cost)
            signed.append(try sign(hand, nonce: ledger.take(), gasLimit: gasLimit, fees: fees))
        }
        try await store.record(signed.map(\.change), at: environment.now)
        let view = ChainView(service: self, head: heads.head ?? 0)
        for one in signed where maySend {
            var hand = one.hand
            try await send(&hand, .broadcast(one.attempt), view)
        }
    }

    /// Whether to go on sending: what is left has been stored, and its turn comes.
    var maySend: Bool { !environment.stop.isRequested && gate.opens(after: environment.now) == nil }

    private struct Signed {
        let hand: Case
        let attempt: Attempt
        let change: SettlingChange
    }

    private func sign(_ hand: Case, nonce: UInt64, gasLimit: UInt64, fees: Fees) throws -> Signed {
        var hand = hand
        let attempt = try attempt(hand, nonce: nonce, gasLimit: gasLimit, fees: fees)
        _ = hand.apply(.signed(nonce: nonce, attempt), at: environment.now, limits: options.limits)
        let change = SettlingChange(
            request: hand.request.id,
            from: hand.state,
            to: .settling,
            machine: hand.machine,
            step: .signed(by: signer.address, nonce: nonce, gasLimit: gasLimit, attempt),
            wakeAt: environment.now,
            event: "transaction signed",
            detail: "\(attempt.hash.hex), nonce \(nonce), gas limit \(gasLimit)"
        )
        hand.state = .settling
        return Signed(hand: hand, attempt: attempt, change: change)
    }

    private func tooDear(_ market: FeeMarket) -> String {
        let asked = market.baseFeePerGas.addingSaturating(market.priorityFeePerGas)
        let cap = options.fees.maxFeePerGas?.description ?? "none"
        return "the chain asks for \(asked) wei a gas, and fees.maxFeePerGas is \(cap) wei"
    }

    private func cannotPay(has: UInt256, needs: UInt256) -> String {
        "the account \(signer.address) has \(Ether.text(has)) ether to spare, and the settlement may cost"
            + " \(Ether.text(needs))"
    }

    /// What there is to sign with.
    struct Funds: Sendable {
        let market: FeeMarket
        let chainCount: UInt64
        /// Wei that no signed settlement may need: what is mined has been paid for.
        let balance: UInt256
        /// Signed settlements that are not mined, and those that are not final, these included.
        let unmined: Int
        let unfinal: Int
    }

    /// nil when the node does not tell; then these wait.
    func funds(for items: [SettlingItem]) async throws -> Funds? {
        do {
            let funds = try await askForFunds()
            gate.passed()
            return funds
        } catch let error as RPCError {
            environment.outages.failed("chain node", error)
            // Without it nothing can be sent, whatever else the node answers.
            _ = gate.failed(at: environment.now, retryAfter: error.retryAfter)
            let event = SettlementMachine.Event.unavailable(retryAfter: error.retryAfter)
            try await put(off: items.map(Case.init), event, trouble: "\(error)")
            return nil
        }
    }

    /// An error of the node's own closes the gate.
    func note(_ error: any Error) {
        environment.outages.failed("chain node", error)
        guard let error = error as? RPCError else { return }
        if error.isOfTheNode {
            _ = gate.failed(at: environment.now, retryAfter: error.retryAfter)
        } else {
            gate.passed()
        }
    }

    private func askForFunds() async throws -> Funds {
        let quote = try await client.feeQuote()
        let count = try await client.transactionCount(of: signer.address)
        let balance = try await client.balance(of: signer.address)
        environment.counters.set("account.gwei", to: balance.wholeGwei)
        let live = try await store.liveSettlements()
        let unmined = live.filter { $0.nonce >= count }
        let committed = unmined.reduce(UInt256.zero) { $0.addingSaturating($1.cost) }
        return Funds(
            market: FeeMarket(
                baseFeePerGas: quote.baseFeePerGas ?? UInt256.zero,
                priorityFeePerGas: quote.maxPriorityFeePerGas
            ),
            chainCount: count,
            balance: balance.subtractingSaturating(committed),
            unmined: unmined.count,
            unfinal: live.count
        )
    }

    private func attempt(_ hand: Case, nonce: UInt64, gasLimit: UInt64, fees: Fees) throws -> Attempt {
        let transaction = EIP1559Transaction(
            chainID: chainID,
            nonce: nonce,
            maxPriorityFeePerGas: fees.maxPriorityFeePerGas,
            maxFeePerGas: fees.maxFeePerGas,
            gasLimit: gasLimit,
            to: hand.request.observed.contract,
            value: UInt256.zero,
            data: try calldata(of: hand)
        )
        let signed = try transaction.signed(by: signer)
        return Attempt(hash: signed.hash, rawBytes: signed.rawBytes, fees: fees)
    }

    private func put(
        off hands: [Case],
        _ event: SettlementMachine.Event,
        trouble: String? = nil
    ) async throws {
        for hand in hands {
            var hand = hand
            hand.trouble = trouble
            let actions = hand.apply(event, at: environment.now, limits: options.limits)
            _ = try await advance(&hand, actions, ChainView(service: self, head: heads.head ?? 0))
        }
    }

    // MARK: Sending

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
            environment.outages.recovered("chain node")
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
            let quote = try await client.feeQuote()
            let market = FeeMarket(
                baseFeePerGas: quote.baseFeePerGas ?? UInt256.zero,
                priorityFeePerGas: quote.maxPriorityFeePerGas
            )
            guard let fees = options.fees.bumped(old, for: market) else {
                return .notBumped("the node asks for higher fees than the cap allows")
            }
            return .bumped(try attempt(hand, nonce: nonce, gasLimit: gasLimit, fees: fees))
        } catch let error as RPCError {
            environment.outages.failed("chain node", error)
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

extension UInt256 {
    /// Whole gwei, as far as an Int64 goes: for people and gauges.
    var wholeGwei: Int64 {
        let (gwei, _) = quotientAndRemainder(dividingBy: UInt256(1_000_000_000))
        return gwei.asUInt64.map { Int64(clamping: $0) } ?? .max
    }
}
