import BacalhauAPI
import Ethereum
import EthereumRPC
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Telemetry
import Transport

/// 500 requests at once, with a chain and an orchestrator that answer at once, and a real database: once as the
/// orchestrator gives the results, and once as a gateway has the published files.
enum SettleBench {
    static let spec =
        #"{"Engine":{"Type":"wasm","Params":{"EntryModule":"/main.wasm","Entrypoint":"_start"}},"#
        + #""InputSources":[{"Source":{"Type":"inline","Params":{"URL":"data:application/wasm;base64,AGFzbQEAAAA="}},"#
        + #""Target":"/main.wasm"}]}"#

    static func run() async throws {
        try await run(readsFiles: false)
        try await run(readsFiles: true)
    }

    private static func run(readsFiles: Bool) async throws {
        let time = SystemTime()
        let account = TestAccount(seed: 7)
        let chain = FakeChain(time: time, relayers: [account.address])
        chain.setMining(.onSubmit)
        let requests = (0..<10).flatMap { _ in chain.requests(specs: Array(repeating: spec, count: 50)) }
        let directory = try TemporaryDirectory()
        let store = try RelayStore(path: directory.file("bench.sqlite"))
        let environment = ServiceEnvironment(time: time, log: .none)
        var options = Relayer.Options(
            chainID: chain.chainID,
            contracts: [Relayer.Contract(address: chain.bridge, startBlock: 0)],
            namespace: "lilypad",
            follow: FollowOptions(settle: FinalityRule(blocks: 1))
        )
        options.follow.pollInterval = .milliseconds(20)
        // As one who asks for all its users.
        options.compute.quotas.requester.running = options.compute.maxRunningJobs
        let relayer = Relayer(
            client: EthereumClient(transport: chain, endpoint: EthereumEndpoint("http://chain.test"), time: time),
            webSocket: nil,
            bacalhau: OrchestratorPlace(
                BacalhauClient(
                    transport: FakeBacalhau(time: time) { _ in .prints("hello\n") },
                    endpoint: BacalhauEndpoint(url: "http://bacalhau.test")
                )
            ),
            files: readsFiles ? files(time) : nil,
            signer: account,
            store: store,
            options: options,
            environment: environment
        )
        let took = try await RelayerBench.seconds {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await relayer.run() }
                while environment.counters["requests.settled"] < Int64(requests.count) {
                    try await time.sleep(for: .milliseconds(5))
                }
                group.cancelAll()
                // What is cut off is of no interest here.
                try? await group.waitForAll()
            }
        }
        await store.close()
        let once = requests.count { chain.effectiveSettlements(of: $0.jobID).count == 1 }
        let suffix = readsFiles ? "_files" : ""
        RelayerBench.report("settled\(suffix)", Double(once))
        RelayerBench.report("settle\(suffix)_s", took)
    }

    private static func files(_ time: SystemTime) -> ResultFiles {
        let gateway = FakeGateway(time: time)
        // What `FakeRun` names.
        gateway.publish(["stdout": "hello\n", "stderr": "", "exitCode": "0"])
        return ResultFiles(transport: gateway, time: time, source: .gateway("http://gateway.test"))
    }
}
