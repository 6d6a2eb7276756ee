import BacalhauAPI
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
    let account: TestAccount
    let directory: TemporaryDirectory
    let log: LogRecorder
    var options: Relayer.Options

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
        directory = try TemporaryDirectory()
        log = LogRecorder()
        var settling = SettleService.Options(settleConfirmations: settle)
        settling.limits.receiptConfirmations = receipt
        options = Relayer.Options(
            chainID: chain.chainID,
            contracts: [Relayer.Contract(address: chain.bridge, startBlock: 0)],
            namespace: "lilypad",
            settle: settling
        )
        options.compute.startConfirmations = start
    }

    var database: String { directory.file("relayer.sqlite") }

    /// Starts a relayer, lets blocks come every two seconds and time pass until the condition holds, and kills it.
    ///
    /// Returns false when it died of the crash switch before.
    @discardableResult
    func run(
        crash: CrashSwitch = CrashSwitch(),
        blocks: Duration? = .seconds(2),
        within limit: Duration = .seconds(7_200),
        until condition: @escaping @Sendable () async throws -> Bool
    ) async throws -> Bool {
        let environment = ServiceEnvironment(
            time: CrashingTime(time, crashSwitch: crash),
            log: Logger(level: .debug, sink: log, clock: { [time] in time.now() })
        )
        let store: RelayStore
        do {
            store = try RelayStore(path: database, hooks: hooks(crash))
        } catch is Crash {
            return false
        }
        let relayer = Relayer(
            client: EthereumClient(
                transport: CrashingTransport(chain, crashSwitch: crash, name: RelayWorld.name),
                endpoint: EthereumEndpoint("http://chain.test"),
                time: time
            ),
            webSocket: nil,
            bacalhau: BacalhauClient(
                transport: CrashingTransport(bacalhau, crashSwitch: crash, name: { RelayWorld.name($0) }),
                endpoint: BacalhauEndpoint(url: "http://bacalhau.test")
            ),
            signer: account,
            store: store,
            options: options,
            environment: environment
        )
        let survived = try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    try await relayer.run()
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
        await store.close()
        return survived
    }

    private func hooks(_ crash: CrashSwitch) -> WriterHooks {
        WriterHooks(
            beforeCommit: { [time] _ in
                time.noteActivity()
                try crash.reach("before commit")
            },
            afterCommit: { [time] _ in
                time.noteActivity()
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
        return overview.counts.allSatisfy { $0.count == 0 || $0.state.isTerminal }
    }

    static let spec =
        #"{"Engine":{"Type":"wasm","Params":{"EntryModule":"/main.wasm","Entrypoint":"_start"}},"#
        + #""InputSources":[{"Source":{"Type":"inline","Params":{"URL":"data:application/wasm;base64,AGFzbQEAAAA="}},"#
        + #""Target":"/main.wasm"}]}"#
}
