import BacalhauAPI
import Ethereum
import EthereumRPC
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import SQLite
import Telemetry
import Transport

/// A chain, an orchestrator, a clock and a database file, in which relayers start, die and start again.
struct RelayWorld: Sendable {
    let time: ManualTime
    let chain: FakeChain
    let bacalhau: FakeBacalhau
    /// Orchestrators that stand in for the first one, by name, in order of preference.
    var spares: [(name: String, bacalhau: FakeBacalhau)] = []
    /// What the settings call the first one.
    var mainName = "main"
    /// Where relayers read published files, for tests that want them to.
    var gateway: FakeGateway?
    let account: TestAccount
    let directory: TemporaryDirectory
    let log: LogRecorder
    /// Of all relayers that ever ran here.
    let counters = Counters()
    var options: Relayer.Options
    /// The nodes of the chain, in order of preference, by host.
    var hosts = ["chain.test"]
    /// Whether the nodes announce blocks and logs by WebSocket.
    var hasWebSockets = false
    /// What stands between a relayer and the two servers, where a test wants something there.
    var chainWire: (any HTTPTransport)?
    var bacalhauWire: (any HTTPTransport)?
    /// Asks the next relayer to stop.
    var stop = StopRequest()

    init(
        start: UInt64 = 1,
        settle: UInt64 = 2,
        receipt: UInt64 = 2,
        script: @escaping @Sendable (FakeSubmission) -> FakeJobScript = { _ in .prints("hello\n") }
    ) throws {
        time = ManualTime()
        account = TestAccount(seed: 7)
        chain = FakeChain(time: time, relayers: [account.address])
        bacalhau = FakeBacalhau(time: time, script: script)
        // What a process that dies leaves behind is the same there, and no test waits for a disk.
        directory = try TemporaryDirectory(inMemory: true)
        log = LogRecorder()
        var following = FollowOptions(settle: FinalityRule(blocks: settle), receipt: FinalityRule(blocks: receipt))
        following.pollInterval = .seconds(4)
        options = Relayer.Options(
            chainID: chain.chainID,
            contracts: [Relayer.Contract(address: chain.bridge, startBlock: 0)],
            namespace: "lilypad",
            follow: following
        )
        options.compute.startConfirmations = start
    }

    var databaseName = "relayer.sqlite"
    var database: String { directory.file(databaseName) }

    /// The same world, and another database file.
    func withDatabase(_ name: String) -> RelayWorld {
        var world = self
        world.databaseName = name
        return world
    }

    /// Starts a relayer, lets blocks come every two seconds and time pass until the condition holds, and kills it.
    ///
    /// Returns false when it died of the crash switch before.
    @discardableResult
    func run(
        crash: CrashSwitch = CrashSwitch(),
        blocks: Duration? = .seconds(2),
        within limit: Duration = .seconds(7_200),
        onReady: @escaping @Sendable () -> Void = {},
        until condition: @escaping @Sendable () async throws -> Bool
    ) async throws -> Bool {
        let environment = ServiceEnvironment(
            time: CrashingTime(time, crashSwitch: crash),
            log: Logger(level: .debug, sink: log, clock: { [time] in time.now() }),
            counters: counters,
            stop: stop
        )
        let store: RelayStore
        do {
            store = try RelayStore(path: database, hooks: hooks(crash))
        } catch is Crash {
            return false
        }
        let relayer = Relayer(
            client: EthereumClient(
                transport: CrashingTransport(chainWire ?? chain, crashSwitch: crash, name: RelayWorld.name),
                endpoints: hosts.map {
                    EthereumEndpoint("http://\($0)", webSocketURL: hasWebSockets ? "ws://\($0)" : nil)
                },
                time: time
            ),
            webSocket: hasWebSockets ? chain : nil,
            bacalhau: place(bacalhauWire ?? bacalhau, mainName, at: "http://bacalhau.test", crash),
            fallbacks: spares.enumerated().map { number, spare in
                place(spare.bacalhau, spare.name, at: "http://spare\(number).test", crash)
            },
            files: gateway.map { gateway in
                ResultFiles(
                    transport: CrashingTransport(gateway, crashSwitch: crash) { _ in "GET file" },
                    time: time,
                    source: .gateway("http://gateway.test")
                )
            },
            signer: account,
            store: store,
            options: options,
            environment: environment
        )
        do {
            let survived = try await live(relayer, crash, blocks, limit, onReady, until: condition)
            await store.close()
            return survived
        } catch {
            await store.close()
            throw error
        }
    }

    private func place(
        _ transport: any HTTPTransport,
        _ name: String,
        at url: String,
        _ crash: CrashSwitch
    ) -> OrchestratorPlace {
        let client = BacalhauClient(
            transport: CrashingTransport(transport, crashSwitch: crash, name: { RelayWorld.name($0) }),
            endpoint: BacalhauEndpoint(url: url)
        )
        return OrchestratorPlace(client, name: name)
    }

    /// Runs the relayer beside the blocks and the clock until the condition holds or it dies.
    private func live(
        _ relayer: Relayer,
        _ crash: CrashSwitch,
        _ blocks: Duration?,
        _ limit: Duration,
        _ onReady: @escaping @Sendable () -> Void,
        until condition: @escaping @Sendable () async throws -> Bool
    ) async throws -> Bool {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    try await relayer.run(ready: onReady)
                } catch  where crash.crash != nil {
                    return false
                }
                return true
            }
            group.addTask { [time] in
                try await time.run(within: limit, until: condition)
                return true
            }
            group.addTask {
                await crash.died()
                return false
            }
            if let blocks {
                group.addTask { [chain] in
                    try await chain.mine(every: blocks)
                    return true
                }
            }
            defer {
                group.cancelAll()
                crash.finish()
            }
            return try await group.next() ?? true
        }
    }

    /// Time stands still while the disk is at work, so that no test measures how long that takes.
    private func hooks(_ crash: CrashSwitch) -> WriterHooks {
        WriterHooks(
            beforeCommit: { [time] _ in
                // First: where this throws there is no commit, and nobody would release the clock.
                try crash.reach("before commit")
                time.hold()
            },
            afterCommit: { [time] _ in
                time.release()
                try crash.reach("after commit")
            }
        )
    }

    /// The calls at which a process may die: those with an effect, and the receipt.
    static func name(_ request: HTTPRequest) -> String? {
        switch request.method {
        case .put, .delete: return request.method.rawValue
        case .get: return "GET"
        case .post:
            let body = String(decoding: (request.body ?? []).prefix(200), as: UTF8.self)
            for method in ["eth_sendRawTransaction", "eth_getTransactionReceipt", "eth_getLogs"]
            where body.contains(method) {
                return method
            }
            return nil
        }
    }

    /// Whether the contract has an answer for each of these, deep enough to be final.
    func allSettled(_ requests: [FakeRequest]) -> Bool {
        requests.allSatisfy { !chain.effectiveSettlements(of: $0.jobID).isEmpty }
    }

    /// Whether the store has closed each request.
    func allClosed() throws -> Bool {
        let overview = try StoreView(path: database).overview()
        return overview.counts.allSatisfy { $0.count == 0 || [.settled, .dead].contains($0.state) }
    }

    static let spec =
        #"{"Engine":{"Type":"wasm","Params":{"EntryModule":"/main.wasm","Entrypoint":"_start"}},"#
        + #""InputSources":[{"Source":{"Type":"inline","Params":{"URL":"data:application/wasm;base64,AGFzbQEAAAA="}},"#
        + #""Target":"/main.wasm"}]}"#
}

extension RelayWorld {
    /// Lets a relayer run until every request is closed.
    func runUntilClosed(_ requests: [FakeRequest], within limit: Duration = .seconds(7_200)) async throws {
        try await run(within: limit) { try allSettled(requests) && allClosed() }
    }

    func answer(to request: FakeRequest) -> FakeSettlement.Answer? {
        chain.effectiveSettlements(of: request.jobID).first?.answer
    }

    /// The reason of a request that was failed on chain; nil for any other.
    func reason(of request: FakeRequest) -> String? {
        if case .failed(let reason)? = answer(to: request) { reason } else { nil }
    }

    func isSettledOnce(_ request: FakeRequest) -> Bool {
        chain.effectiveSettlements(of: request.jobID).count == 1
    }

    func state(of request: FakeRequest) throws -> RequestState? {
        try listed(request)?.request.state
    }

    func listed(_ request: FakeRequest) throws -> Listed? {
        try StoreView(path: database).find(.hash(request.requestHash)).first
    }

    func dossier(of request: FakeRequest) throws -> Dossier? {
        try listed(request).flatMap { try StoreView(path: database).dossier($0.request.id) }
    }

    func history(of request: FakeRequest) throws -> [String] {
        try dossier(of: request)?.history.map(\.event) ?? []
    }

    /// The latest signed form of its latest settlement.
    func attempt(of request: FakeRequest) throws -> Dossier.Sent? {
        try dossier(of: request)?.settlements.last?.attempts.last
    }
}

extension FakeChain {
    /// Mines a transaction of the account's next nonce that is none of the relayer's.
    func transfer(from account: TestAccount) async throws {
        let nonce = UInt64(minedCount(of: account.address))
        let transaction = EIP1559Transaction(
            chainID: chainID,
            nonce: nonce,
            maxPriorityFeePerGas: UInt256(2_000_000_000),
            maxFeePerGas: UInt256(100_000_000_000),
            gasLimit: 21_000,
            to: requester.address,
            value: UInt256.zero,
            data: []
        )
        let client = EthereumClient(transport: self, endpoint: EthereumEndpoint("http://chain.test"))
        _ = try await client.send(raw: try transaction.signed(by: account).rawBytes)
        mine()
    }
}
