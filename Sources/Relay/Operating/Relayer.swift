package import Bacalhau
package import BacalhauAPI
package import Ethereum
package import EthereumRPC
package import RelayCore
package import RelayStore
internal import Telemetry
package import Transport

/// The whole relayer: one chain, one account, one database, any number of contracts (design D0).
///
/// This folder composes and operates: what is checked first, the services in their order, how they stop, what other
/// commands ask of them.
package struct Relayer: Sendable {
    package struct Contract: Sendable, Equatable {
        package let address: Address
        package let startBlock: UInt64
        /// Numbers that go before the binding's and the contract's own.
        package var gasBase: UInt64?
        package var gasPerByte: UInt64?
        package var callbackGas: UInt64?

        package init(address: Address, startBlock: UInt64) {
            self.address = address
            self.startBlock = startBlock
        }
    }

    package struct Options: Sendable {
        package var chainID: UInt64
        package var contracts: [Contract]
        package var namespace: String
        package var specLimits: SpecLimits
        package var follow = FollowService.Options()
        package var compute = ComputeService.Options()
        package var settle: SettleService.Options
        package var version: String
        package var process: Int32
        /// Time for what is in hand when the relayer is asked to stop.
        package var stopTime: Duration = .seconds(8)

        package init(
            chainID: UInt64,
            contracts: [Contract],
            namespace: String,
            specLimits: SpecLimits = SpecLimits(),
            settle: SettleService.Options,
            version: String = "dev",
            process: Int32 = 0
        ) {
            self.chainID = chainID
            self.contracts = contracts
            self.namespace = namespace
            self.specLimits = specLimits
            self.settle = settle
            self.version = version
            self.process = process
        }
    }

    let client: EthereumClient
    /// nil: the node is only polled.
    let webSocket: (any WebSocketConnector)?
    let bacalhau: BacalhauClient
    let signer: any TransactionSigner
    let binding: ContractBinding
    let store: RelayStore
    let options: Options
    let environment: ServiceEnvironment

    package init(
        client: EthereumClient,
        webSocket: (any WebSocketConnector)?,
        bacalhau: BacalhauClient,
        signer: any TransactionSigner,
        binding: ContractBinding = .reference,
        store: RelayStore,
        options: Options,
        environment: ServiceEnvironment
    ) {
        self.client = client
        self.webSocket = webSocket
        self.bacalhau = bacalhau
        self.signer = signer
        self.binding = binding
        self.store = store
        self.options = options
        self.environment = environment
    }

    /// What is counted; the gauges appear when they are known.
    private static let counters: [Counters.Counter] = [
        "requests.found", "requests.refused", "requests.settled", "requests.settledElsewhere", "requests.superseded",
        "requests.dead", "jobs.submitted", "jobs.succeeded", "jobs.failed", "transactions.sent", "settlements.lost",
        "logs.rejected",
    ]

    /// Runs until it is asked to stop (returns) or something is wrong that will not mend itself (throws).
    ///
    /// `ready` is called once, when everything has been checked and the services run.
    package func run(ready: @Sendable () -> Void = {}) async throws {
        guard let findings = try await untilStopped({ try await waitForPreflight() }) else { return }
        try await store.claim(findings.identity)
        if let other = try await store.accountsInFlight().first(where: { $0 != signer.address }) {
            throw Preflight.Problem.anotherAccount(unfinished: other, configured: signer.address)
        }
        try await refuseStartsBeyondTheHead(findings.head)
        let cursors = try await store.register(
            options.contracts.map { (address: $0.address, startBlock: $0.startBlock) }
        )
        environment.counters.set("account.gwei", to: findings.balance.wholeGwei)
        if findings.balance == .zero {
            environment.log.warning("the account has no money: no answer can be sent", ["account": signer.address])
        }
        warnOfUnreadBlocks(cursors)
        // Whoever reads them finds all of them from the start.
        for counter in Self.counters { environment.counters.increment(counter, by: 0) }
        let services = Services(self, findings, cursors)
        environment.log.info(
            "ready",
            [
                "chain.id": options.chainID, "account": signer.address, "contracts": options.contracts.count,
                "block.next": cursors.map(\.nextBlock).min(),
            ]
        )
        ready()
        try await run(services)
    }

    /// A contract that is followed from a block of the far future would be followed by nobody.
    ///
    /// One that has been followed before is: its node may be behind, as it may be by some blocks for a new one.
    private func refuseStartsBeyondTheHead(_ head: UInt64) async throws {
        let known = Set(try await store.cursors().filter { $0.nextBlock > $0.startBlock }.map(\.address))
        let new = options.contracts.filter { !known.contains($0.address) }
        guard let last = new.max(by: { $0.startBlock < $1.startBlock }) else { return }
        guard last.startBlock > head.saturatingAdding(256) else { return }
        throw Preflight.Problem.startsBeyondTheHead(contract: last.address, start: last.startBlock, head: head)
    }

    /// A start block that was lowered after the first start moves no cursor: the blocks between are an operator's to ask
    /// for.
    private func warnOfUnreadBlocks(_ cursors: [ContractCursor]) {
        for (contract, cursor) in zip(options.contracts, cursors) where contract.startBlock < cursor.startBlock {
            let last = cursor.startBlock - 1
            environment.log.warning(
                "startBlock was lowered, and the blocks between have not been read",
                [
                    "contract": contract.address, "block.from": contract.startBlock, "block.to": last,
                    "remedy": "lilypad-relayer replay --from-block \(contract.startBlock) --to-block \(last)",
                ]
            )
        }
    }

    /// What a settlement of each contract may use.
    func gasPolicies(_ findings: Preflight.Findings) -> [Address: GasPolicy] {
        var policies: [Address: GasPolicy] = [:]
        for contract in options.contracts {
            let gas = ContractBinding.Gas(
                base: contract.gasBase ?? binding.gas.base,
                perByte: contract.gasPerByte ?? binding.gas.perByte
            )
            let callback = contract.callbackGas ?? findings.callbackGas[contract.address] ?? 0
            policies[contract.address] = GasPolicy(gas: gas, callbackGas: callback)
        }
        return policies
    }

    /// Tries until node and orchestrator answer; nil when the relayer is asked to stop meanwhile.
    private func waitForPreflight() async throws -> Preflight.Findings? {
        let preflight = Preflight(
            client: client,
            contracts: ContractDesk(client: client, binding: binding),
            addresses: options.contracts.map(\.address),
            account: signer.address,
            chainID: options.chainID,
            bacalhau: bacalhau
        )
        let backoff = Backoff(first: .milliseconds(250), limit: .seconds(15))
        let wakeup = Wakeup()
        environment.stop.wake(wakeup)
        var failures = 0
        while !environment.stop.isRequested {
            do {
                let findings = try await preflight.run()
                environment.outages.recovered("chain node")
                environment.outages.recovered("orchestrator")
                return findings
            } catch let error as RPCError {
                if case .transport(.badRequest(let reason)) = error.kind {
                    throw Preflight.Problem.badAddress(key: "chain.rpc", reason: reason)
                }
                environment.outages.failed("chain node", error)
            } catch let error as BacalhauError {
                if case .transport(.badRequest(let reason)) = error.kind {
                    throw Preflight.Problem.badAddress(key: "bacalhau.api or bacalhau.apiKeyFile", reason: reason)
                }
                environment.outages.failed("orchestrator", error)
            }
            failures += 1
            try await wakeup.next(within: backoff.delay(after: failures), of: environment.time)
        }
        return nil
    }

    /// nil when the relayer is asked to stop first: then `look` is cut off, for it has done nothing yet.
    private func untilStopped<Findings: Sendable>(
        _ look: @escaping @Sendable () async throws -> Findings?
    ) async throws -> Findings? {
        let asked = Wakeup()
        environment.stop.wake(asked)
        return try await withThrowingTaskGroup(of: Findings?.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await look() }
            group.addTask {
                await asked.next()
                return nil
            }
            return try await group.next() ?? nil
        }
    }

    private enum Event {
        case ended
        /// Only a source of wake-ups: its end ends nothing.
        case headsEnded
        case stopRequested
        case stopTimeOver
    }

    /// All services in one group: the first that fails ends the others; asked to stop, they get some time to finish
    /// what they have in hand.
    ///
    /// What is cut off then is taken up at the next start, as after any crash.
    private func run(_ services: Services) async throws {
        let asked = Wakeup()
        environment.stop.wake(asked)
        try await withThrowingTaskGroup(of: Event.self) { group in
            for service in services.all {
                group.addTask {
                    try await service()
                    return .ended
                }
            }
            if let watch = watchHeads(services) {
                group.addTask {
                    await watch()
                    return .headsEnded
                }
            }
            group.addTask {
                await asked.next()
                return .stopRequested
            }
            var running = services.all.count
            while running > 0, let event = try await group.next() {
                switch event {
                case .ended: running -= 1
                case .headsEnded: break
                case .stopRequested:
                    environment.log.info("stopping")
                    group.addTask {
                        try await environment.time.sleep(for: options.stopTime)
                        return .stopTimeOver
                    }
                case .stopTimeOver:
                    environment.log.warning("stopped with work in hand")
                    running = 0
                }
            }
            group.cancelAll()
        }
    }

    /// New heads by WebSocket, as reasons to look: nil where the node is only polled.
    private func watchHeads(_ services: Services) -> (@Sendable () async -> Void)? {
        guard let webSocket, let url = client.endpoint.webSocketURL else { return nil }
        let watcher = HeadWatcher(connector: webSocket, url: url, time: environment.time) { announcement, cause in
            environment.outages.announce(announcement, of: "WebSocket", cause: cause)
        }
        return {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await watcher.run() }
                for await _ in watcher.signals { services.followWakeup.signal() }
                group.cancelAll()
            }
        }
    }
}
