package import Ethereum
package import EthereumRPC
package import RelayCore
package import RelayStore
internal import Telemetry
internal import Transport

/// Brings answers onto the chain: the driver of `SettlementMachine`, and the only place that signs and sends (design D6).
///
/// It goes in rounds. Each looks at what has been sent, prepares what may be sent now, gives the prepared ones their
/// nonces in one transaction of the store, and sends them in the order of their nonces.
package struct SettleService: Sendable {
    package struct Options: Sendable {
        /// Signed settlements that are not mined, at most: pools keep some 16 a sender.
        package var maxInFlight = 16
        /// Signed settlements that are not final, at most: each is looked at until it is.
        package var maxUnfinal = 1_000
        package var limits = SettlementMachine.Limits()
        package var fees = FeePolicy()
        package var longestWait: Duration = .seconds(15)

        package init() {}
    }

    let client: EthereumClient
    let contracts: ContractDesk
    let signer: any TransactionSigner
    let chainID: UInt64
    let store: RelayStore
    /// What a settlement of each contract may use.
    let gas: [Address: GasPolicy]
    let options: Options
    let environment: ServiceEnvironment
    let heads: HeadBoard
    let wakeup: Wakeup
    let gate: NodeGate

    package init(
        client: EthereumClient,
        contracts: ContractDesk,
        signer: any TransactionSigner,
        chainID: UInt64,
        store: RelayStore,
        gas: [Address: GasPolicy],
        options: Options,
        environment: ServiceEnvironment,
        heads: HeadBoard,
        wakeup: Wakeup
    ) {
        self.client = client
        self.contracts = contracts
        self.signer = signer
        self.chainID = chainID
        self.store = store
        self.gas = gas
        self.options = options
        self.environment = environment
        self.heads = heads
        self.wakeup = wakeup
        gate = NodeGate(backoff: options.limits.outageBackoff)
    }

    package func run() async throws {
        heads.wake(wakeup)
        environment.stop.wake(wakeup)
        var seen: HeadBoard.View?
        while !environment.stop.isRequested {
            let view = heads.view
            let began = environment.now
            try await wakeFinal(after: seen?.receipt, upTo: view?.receipt)
            let more = try await round(view, isNew: view != seen)
            seen = view
            if more { continue }
            try await wakeup.next(within: try await pause(since: began), of: environment.time)
        }
    }

    /// What was mined in blocks that have become final since is looked at now, not when its wait is over.
    private func wakeFinal(after old: Release?, upTo new: Release?) async throws {
        guard let new, new.number > old?.number ?? 0 else { return }
        let first = old.map { $0.number + 1 } ?? 0
        try await store.bringForward(minedIn: first...new.number, to: environment.now)
    }

    /// Until something becomes due that was not yet when the round began, or the node may be asked again.
    private func pause(since began: Timestamp) async throws -> Duration {
        if let opening = gate.opens(after: environment.now) { return opening - environment.now }
        let next = try await store.nextSettling(after: began) ?? .distantFuture
        return min(max(next - environment.now, .zero), options.longestWait)
    }

    /// One round; returns whether the next one should follow at once.
    private func round(_ view: HeadBoard.View?, isNew: Bool) async throws -> Bool {
        do {
            return try await goRound(view, isNew: isNew)
        } catch StoreError.outOfStep(let request, let expected) {
            // Its log is gone, or it is back: whoever moved it has its next step.
            environment.log.debug("request moved on", ["request.row": "\(request)", "expected": "\(expected)"])
            return true
        }
    }

    private func goRound(_ view: HeadBoard.View?, isNew: Bool) async throws -> Bool {
        let admitted = gate.room(at: environment.now)
        guard let view, admitted > 0 else { return false }
        gate.started()
        defer { gate.ended() }
        // A new head brings the next look forward.
        let due = isNew ? environment.now + options.limits.look : environment.now
        let limit = min(256, admitted)
        let sent = try await store.settling(dueBy: due, limit: limit)
        try await look(at: sent)
        guard gate.opens(after: environment.now) == nil, !environment.stop.isRequested else { return false }
        // A full look may leave others behind, and so does the one that goes first.
        let isFull = sent.count == limit
        guard let release = view.settle else { return isFull }
        return try await prepareAnswered(upTo: release, atMost: admitted) || isFull
    }

    /// Signs and sends what may be sent now; returns whether there may be more of it.
    private func prepareAnswered(upTo release: Release, atMost admitted: Int) async throws -> Bool {
        let answered = try await store.answered(upTo: release.number, at: environment.now, limit: options.maxInFlight)
        guard !answered.isEmpty, let funds = try await funds(for: answered) else { return false }
        let room = min(options.maxInFlight - funds.unmined, options.maxUnfinal - funds.unfinal, admitted)
        guard room > 0 else { return false }
        let chosen = Array(answered.prefix(room))
        try await sign(try await prepare(chosen), funds, release)
        // Those that could not be prepared have a later wake-up now.
        return chosen.count == room
    }

    // MARK: What has been sent

    private func look(at items: [SettlingItem]) async throws {
        guard !items.isEmpty else { return }
        let view = ChainView(service: self)
        var waiting: [(hand: Case, action: SettlementMachine.Action)] = []
        try await withThrowingTaskGroup(of: (Case, SettlementMachine.Action?).self) { group in
            for item in items {
                group.addTask {
                    var hand = Case(item)
                    let actions = hand.machine.resume()
                    let action = try await advance(&hand, actions, view)
                    return (hand, action)
                }
            }
            for try await (hand, action) in group {
                if let action { waiting.append((hand, action)) }
            }
        }
        waiting.sort { ($0.hand.machine.nonce ?? .max) < ($1.hand.machine.nonce ?? .max) }
        for (hand, action) in waiting where maySend {
            var hand = hand
            try await send(&hand, action, view)
        }
    }

    // MARK: What may be sent

    private func prepare(_ items: [SettlingItem]) async throws -> [Case] {
        guard !items.isEmpty else { return [] }
        let view = ChainView(service: self)
        var ready: [Case] = []
        try await withThrowingTaskGroup(of: Case?.self) { group in
            for item in items {
                group.addTask {
                    var hand = Case(item)
                    let actions = hand.machine.resume()
                    return try await advance(&hand, actions, view) == nil ? nil : hand
                }
            }
            for try await hand in group {
                if let hand { ready.append(hand) }
            }
        }
        return ready.sorted { $0.request.id < $1.request.id }
    }
}
