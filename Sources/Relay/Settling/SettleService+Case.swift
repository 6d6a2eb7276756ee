internal import Ethereum
internal import EthereumRPC
internal import RelayCore
internal import RelayStore
internal import Telemetry

/// One settlement in hand, and its machine as it runs.
extension SettleService {
    /// A settlement in hand: its row and its machine as it goes on.
    struct Case: Sendable {
        let item: SettlingItem
        var machine: SettlementMachine
        /// The state it has in the store.
        var state: RequestState
        /// The node's trouble with the last question, if it had any: for people.
        var trouble: String?
        /// Whether a transaction with this answer was signed before whose end is not known for sure.
        var wasLost: Bool
        /// How it was mined without effect, if it was.
        private(set) var reverted: Inclusion?

        init(_ item: SettlingItem) {
            self.item = item
            machine = item.machine
            wasLost = item.wasLost
            state = item.request.state
            reverted = machine.reverted
        }

        mutating func apply(
            _ event: SettlementMachine.Event,
            at now: Timestamp,
            limits: SettlementMachine.Limits
        ) -> [SettlementMachine.Action] {
            defer { reverted = machine.reverted ?? reverted }
            return machine.apply(event, at: now, limits: limits)
        }

        var request: Request { item.request }
    }

    /// Runs a machine until it waits, ends, or has something to sign, bump or send, which is done one at a time and in
    /// order; then returns that action.
    func advance(
        _ hand: inout Case,
        _ actions: [SettlementMachine.Action],
        _ view: ChainView
    ) async throws
        -> SettlementMachine.Action?
    {
        var actions = actions
        while let action = actions.first {
            switch action {
            case .wake(let at):
                try await wait(&hand, until: at)
                return nil
            case .end(let outcome):
                try await end(&hand, outcome)
                return nil
            case .sign, .bump, .broadcast:
                return action
            case .askContract, .simulate, .look:
                let wasSent = hand.machine.isSent
                let event = await perform(action, &hand, view)
                actions = hand.apply(event, at: environment.now, limits: options.limits)
                if wasSent, hand.machine.isChecking { try await lose(&hand) }
            }
        }
        return nil
    }

    private func perform(
        _ action: SettlementMachine.Action,
        _ hand: inout Case,
        _ view: ChainView
    ) async -> SettlementMachine.Event {
        hand.trouble = nil
        do {
            let event: SettlementMachine.Event =
                switch action {
                case .simulate: try await simulate(hand)
                case .look: .seen(try await view.sighting(of: hand))
                case .askContract, .sign, .bump, .broadcast, .wake, .end:
                    said(try await contracts.standing(of: hand.request.observed), of: hand)
                }
            if case .contractSaid(.anotherRequest) = event { environment.counters.increment("requests.superseded") }
            environment.outages.recovered(Outages.settlement)
            gate.passed()
            return event
        } catch {
            note(error)
            hand.trouble = "\(error)"
            return .unavailable(retryAfter: (error as? RPCError)?.retryAfter)
        }
    }

    /// Where nothing tells what a contract has been answered, a second answer is an operator's decision.
    private func said(_ standing: ContractStanding, of hand: Case) -> SettlementMachine.Event {
        guard standing == .open, hand.wasLost, contracts.book[hand.request.observed.contract]?.hasMemory == false
        else { return .contractSaid(standing) }
        return .unanswerable(
            "an answer was sent, and nothing tells whether it came: see its transactions in jobs show before you retry"
        )
    }

    /// A dry run: the gas limit that it needs, or why it would not go through.
    private func simulate(_ hand: Case) async throws -> SettlementMachine.Event {
        let contract = hand.request.observed.contract
        guard let policy = gas[contract], let binding = contracts.book[contract] else {
            return .notAffordable("\(ContractDesk.NotInSettings(contract: contract))")
        }
        do {
            guard let calldata = try calldata(of: hand) else {
                return .unanswerable(
                    "the binding \(binding.name) has no function for failures: \(hand.item.answer.text)"
                )
            }
            // Such an answer was made under other settings: no node would take it, now or later.
            if let refusal = TransactionSizeLimit(chainID: chainID).refusal(of: calldata) {
                return .unanswerable("the answer does not fit a transaction: \(refusal)")
            }
            let request = CallRequest(from: signer.address, to: contract, data: calldata)
            let estimate = try await client.estimateGas(request)
            let length = hand.item.answer.content.count
            let limit = try policy.limit(estimate: estimate, textLength: length, calldata: calldata)
            return .simulated(.passes(gasLimit: limit))
        } catch let error as ABIError {
            // A field that was damaged in the log, or a number too wide for the function: no later call would fit either.
            return .unanswerable("the answer cannot be written as the contract wants it: \(error)")
        } catch let refusal as GasPolicy.Refusal {
            return .notAffordable(refusal.description)
        } catch let error as RPCError {
            guard let reason = error.executionFailure ?? error.revertReason else { throw error }
            return .simulated(.reverts(reason))
        }
    }

    /// nil where the contract cannot be told of a failure.
    func calldata(of hand: Case) throws -> [UInt8]? {
        let request = hand.request.observed
        return try contracts.binding(of: request.contract).calldata(for: request, answer: hand.item.answer)
    }
}

extension SettlementMachine {
    var isSent: Bool { if case .sent = phase { true } else { false } }
    var isChecking: Bool { if case .checking = phase { true } else { false } }

    /// The inclusion of a settlement that was mined without effect.
    var reverted: Inclusion? { if case .reverted(let inclusion) = phase { inclusion } else { nil } }

    var nonce: UInt64? { if case .sent(let nonce, _, _) = phase { nonce } else { nil } }
}
