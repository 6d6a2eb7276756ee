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

/// What a node is asked in an hour in which nothing happens but blocks: the whole relayer on virtual time, with the rule
/// of finality and the pace of polling that the networks' files propose.
///
/// Requests are what goes over the wire, calls what is asked in them: a provider may charge for either.
struct IdleBench {
    private static let chains: [(name: String, blockTime: Duration)] = [
        ("12s", .seconds(12)), ("2s", .seconds(2)), ("250ms", .milliseconds(250)),
    ]
    /// Until the pace of the blocks is known and what each start does is over.
    private static let warmUp: Duration = .seconds(300)
    private static let measured: Duration = .seconds(3_600)

    private let blockTime: Duration
    private let hasWebSocket: Bool
    private let time = ManualTime()
    private let account = TestAccount(seed: 7)

    /// All six, or those chains whose name is given.
    static func run(_ names: ArraySlice<String>) async throws {
        for chain in chains where names.isEmpty || names.contains(chain.name) {
            for hasWebSocket in [true, false] {
                let bench = IdleBench(blockTime: chain.blockTime, hasWebSocket: hasWebSocket)
                let suffix = chain.name + (hasWebSocket ? "_ws" : "")
                let calls = try await bench.measure()
                RelayerBench.report("idle_requests_\(suffix)", Double(calls.requests))
                RelayerBench.report("idle_calls_\(suffix)", Double(calls.byMethod.reduce(0) { $0 + $1.value }))
                for (method, count) in calls.byMethod.sorted(by: { $0.key < $1.key }) {
                    RelayerBench.report("\(method)_\(suffix)", Double(count))
                }
            }
        }
    }

    private init(blockTime: Duration, hasWebSocket: Bool) {
        self.blockTime = blockTime
        self.hasWebSocket = hasWebSocket
    }

    private struct Calls {
        var requests = 0
        var byMethod: [String: Int] = [:]
    }

    private func measure() async throws -> Calls {
        let chain = FakeChain(time: time, relayers: [account.address])
        chain.shareSeconds()
        let directory = try TemporaryDirectory()
        let store = try RelayStore(path: directory.file("bench.sqlite"), hooks: hooks)
        let node = QuietNode(chain, finalBehind: UInt64(Duration.seconds(900) / blockTime))
        let relayer = relayer(node, chain, store)
        let before = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await relayer.run() }
            group.addTask { try await chain.mine(every: blockTime) }
            var clock = PatientClock(time)
            try await clock.run(for: Self.warmUp)
            let before = (requests: chain.httpCallCount, calls: chain.calls.count)
            try await clock.run(for: Self.measured)
            group.cancelAll()
            // What is cut off is of no interest here.
            try? await group.waitForAll()
            return before
        }
        await store.close()
        return Calls(
            requests: chain.httpCallCount - before.requests,
            byMethod: chain.calls.dropFirst(before.calls).reduce(into: [:]) { $0[$1, default: 0] += 1 }
        )
    }

    /// Time stands still while the disk is at work.
    private var hooks: WriterHooks {
        WriterHooks(beforeCommit: { [time] _ in time.hold() }, afterCommit: { [time] _ in time.release() })
    }

    private func relayer(_ node: QuietNode, _ chain: FakeChain, _ store: RelayStore) -> Relayer {
        Relayer(
            client: EthereumClient(
                transport: node,
                endpoint: EthereumEndpoint("http://chain.test", webSocketURL: "ws://chain.test"),
                time: time
            ),
            webSocket: hasWebSocket ? node : nil,
            bacalhau: OrchestratorPlace(
                BacalhauClient(
                    transport: FakeBacalhau(time: time) { _ in .prints("hello\n") },
                    endpoint: BacalhauEndpoint(url: "http://bacalhau.test")
                )
            ),
            signer: account,
            store: store,
            options: Relayer.Options(
                chainID: chain.chainID,
                contracts: [Relayer.Contract(address: chain.bridge, startBlock: 0)],
                namespace: "lilypad",
                follow: FollowOptions(settle: FinalityRule(tag: .finalized, seconds: 2_700))
            ),
            environment: ServiceEnvironment(time: time, log: .none)
        )
    }
}
