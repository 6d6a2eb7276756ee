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
        /// How it asks and is answered.
        package let binding: ContractBinding
        /// Numbers that go before the binding's and the contract's own.
        package var gasBase: UInt64?
        package var gasPerByte: UInt64?
        package var callbackGas: UInt64?
        /// What its requests may run: the strictest policy unless it is set.
        package var policy = JobPolicy()
        /// How many nodes must agree on an answer; nil where one run is believed.
        package var agreement: Agreement?

        package init(address: Address, startBlock: UInt64, binding: ContractBinding = .reference) {
            self.address = address
            self.startBlock = startBlock
            self.binding = binding
        }
    }

    package struct Options: Sendable {
        package var chainID: UInt64
        package var contracts: [Contract]
        package var namespace: String
        package var specLimits: SpecLimits
        package var follow: FollowOptions
        package var compute = ComputeService.Options()
        package var settle = SettleService.Options()
        /// What specs of the format `module` may call.
        package var modules = ModuleCatalogue()
        /// The binding of each contract.
        package var book: ContractBook {
            ContractBook(Dictionary(contracts.map { ($0.address, $0.binding) }) { first, _ in first })
        }
        package var version: String
        package var process: Int32
        /// Time for what is in hand when the relayer is asked to stop.
        package var stopTime: Duration = .seconds(8)

        package init(
            chainID: UInt64,
            contracts: [Contract],
            namespace: String,
            specLimits: SpecLimits = SpecLimits(),
            follow: FollowOptions,
            version: String = "dev",
            process: Int32 = 0
        ) {
            self.chainID = chainID
            self.contracts = contracts
            self.namespace = namespace
            self.specLimits = specLimits
            self.follow = follow
            self.version = version
            self.process = process
        }
    }

    let client: EthereumClient
    /// nil: the node is only polled.
    let webSocket: (any WebSocketConnector)?
    /// The orchestrator that is preferred, and those that stand in for it, in order.
    let bacalhau: OrchestratorPlace
    let fallbacks: [OrchestratorPlace]
    /// nil: published files are not read.
    let files: ResultFiles?
    let signer: any TransactionSigner
    var book: ContractBook { options.book }
    let store: RelayStore
    let options: Options
    let environment: ServiceEnvironment

    package init(
        client: EthereumClient,
        webSocket: (any WebSocketConnector)?,
        bacalhau: OrchestratorPlace,
        fallbacks: [OrchestratorPlace] = [],
        files: ResultFiles? = nil,
        signer: any TransactionSigner,
        store: RelayStore,
        options: Options,
        environment: ServiceEnvironment
    ) {
        self.client = client
        self.webSocket = webSocket
        self.bacalhau = bacalhau
        self.fallbacks = fallbacks
        self.files = files
        self.signer = signer
        self.store = store
        self.options = options
        self.environment = environment
    }

    /// Runs until it is asked to stop (returns) or something is wrong that will not mend itself (throws).
    ///
    /// `ready` is called once, when everything has been checked and the services run.
    package func run(ready: @Sendable () -> Void = {}) async throws {
        let lastSeen = try await store.lastReport()
        guard let findings = try await untilStopped({ try await waitForPreflight() }) else { return }
        let cursors = try await start(findings)
        let downtime = lastSeen.map { max(.zero, environment.now - $0) } ?? .zero
        let services = Services(self, findings, cursors, try await store.chain(), downtime: downtime)
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

    /// What it says of itself, for `status`.
    ///
    /// Without orchestrators it says nothing of them: how they do is not known yet.
    func report(_ heads: HeadBoard, _ orchestrators: [Orchestrator] = []) -> ReportService {
        ReportService(
            client: client,
            orchestrators: orchestrators,
            store: store,
            environment: environment,
            heads: heads,
            account: signer.address.description,
            version: options.version,
            process: options.process
        )
    }

    /// What a settlement of each contract may use.
    func gasPolicies(_ findings: Preflight.Findings) -> [Address: GasPolicy] {
        var policies: [Address: GasPolicy] = [:]
        for contract in options.contracts {
            policies[contract.address] = contract.gasPolicy(callbackGas: findings.callbackGas[contract.address])
        }
        return policies
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
        // Of the node that is preferred, or of the next one that announces anything.
        guard let webSocket, let url = client.each.lazy.compactMap(\.endpoint.webSocketURL).first else { return nil }
        let subject = LogSubject(
            addresses: options.contracts.map(\.address),
            topics: [book.topics(of: options.contracts.map(\.address))]
        )
        let watcher = HeadWatcher(
            connector: webSocket,
            url: url,
            logs: subject,
            time: environment.time
        ) { announcement, cause in
            environment.outages.announce(announcement, of: "WebSocket", cause: cause)
        }
        return {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await watcher.run() }
                for await signal in watcher.signals
                where services.announcements.heard(signal, at: environment.now) { services.followWakeup.signal() }
                group.cancelAll()
            }
        }
    }
}

extension Relayer.Contract {
    /// What a settlement of it may use; `callbackGas` as the contract itself says, where it was asked.
    package func gasPolicy(callbackGas said: UInt64?) -> GasPolicy {
        let gas = ContractBinding.Gas(
            base: gasBase ?? binding.gas.base,
            perByte: gasPerByte ?? binding.gas.perByte
        )
        return GasPolicy(gas: gas, callbackGas: callbackGas ?? said ?? binding.gas.callback)
    }
}
