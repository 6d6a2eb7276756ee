internal import Ethereum
internal import EthereumRPC
internal import RelayCore
internal import RelayStore
internal import Telemetry

/// Nonces, fees and signatures: strictly one after the other.
extension SettleService {
    /// Signs what is prepared, stores all of it in one transaction, and only then sends it.
    func sign(_ prepared: [Case], _ funds: Funds, _ release: Release) async throws {
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
            signed.append(try sign(hand, nonce: ledger.take(), gasLimit: gasLimit, fees: fees, release))
        }
        try await store.record(signed.map(\.change), at: environment.now)
        let view = ChainView(service: self)
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

    private func sign(
        _ hand: Case,
        nonce: UInt64,
        gasLimit: UInt64,
        fees: Fees,
        _ release: Release
    ) throws -> Signed {
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
            detail: "\(attempt.hash.hex), nonce \(nonce), gas limit \(gasLimit), final by \(release.rule)"
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
            environment.outages.failed(Outages.settlement, error)
            // Without it nothing can be sent, whatever else the node answers.
            gate.failed(at: environment.now, retryAfter: error.retryAfter)
            let event = SettlementMachine.Event.unavailable(retryAfter: error.retryAfter)
            try await put(off: items.map(Case.init), event, trouble: "\(error)")
            return nil
        }
    }

    /// An error of the node's own closes the gate.
    func note(_ error: any Error) {
        environment.outages.failed(Outages.settlement, error)
        gate.noted(error, at: environment.now)
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
            market: FeeMarket(quote),
            chainCount: count,
            balance: balance.subtractingSaturating(committed),
            unmined: unmined.count,
            unfinal: live.count
        )
    }

    func attempt(_ hand: Case, nonce: UInt64, gasLimit: UInt64, fees: Fees) throws -> Attempt {
        guard let calldata = try calldata(of: hand) else {
            throw ContractDesk.NotInSettings(contract: hand.request.observed.contract)
        }
        let transaction = EIP1559Transaction(
            chainID: chainID,
            nonce: nonce,
            maxPriorityFeePerGas: fees.maxPriorityFeePerGas,
            maxFeePerGas: fees.maxFeePerGas,
            gasLimit: gasLimit,
            to: hand.request.observed.contract,
            value: UInt256.zero,
            data: calldata
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
            _ = try await advance(&hand, actions, ChainView(service: self))
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
