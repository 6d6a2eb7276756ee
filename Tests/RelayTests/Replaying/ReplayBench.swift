import Ethereum
import EthereumRPC
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Testing

/// A chain of several nodes, a database, and replays of the one into the other.
struct ReplayBench {
    let time = ManualTime()
    let chain: FakeChain
    let directory: TemporaryDirectory
    let store: RelayStore
    let cursors: [ContractCursor]
    var hosts = ["a.test", "b.test"]
    var reach = ReplayReach()
    var callsPerSecond = 100

    init() async throws {
        chain = FakeChain(time: time, relayers: [])
        directory = try TemporaryDirectory(inMemory: true)
        store = try RelayStore(path: directory.file("relayer.sqlite"))
        cursors = try await store.register([(address: chain.bridge, startBlock: 0)])
    }

    var client: EthereumClient {
        EthereumClient(transport: chain, endpoints: hosts.map { EthereumEndpoint("http://\($0)") }, time: time)
    }

    var gaps: [ClosedRange<UInt64>] {
        get throws { try StoreView(path: directory.file("relayer.sqlite")).overview().gaps.map(\.range) }
    }

    func skip(_ range: ClosedRange<UInt64>) async throws {
        try await store.skip(range, for: cursors, "too old", at: Timestamp(milliseconds: time.now()))
    }

    /// Replays these blocks beside the clock; `stop` ends it after a range.
    @discardableResult
    func replay(
        _ range: ClosedRange<UInt64>,
        stop: @escaping @Sendable (ReplayRun.Progress) -> Bool = { _ in false }
    ) async throws -> ReplayRun.Progress {
        try await replay(ReplayRun.Progress(from: range.lowerBound, to: range.upperBound), stop: stop)
    }

    struct Stopped: Error {
        let progress: ReplayRun.Progress
    }

    func replay(
        _ progress: ReplayRun.Progress,
        stop: @escaping @Sendable (ReplayRun.Progress) -> Bool = { _ in false }
    ) async throws -> ReplayRun.Progress {
        var run = ReplayRun(
            client: client,
            reader: LogReader(binding: .reference),
            store: store,
            contracts: [chain.bridge],
            reach: reach,
            time: time
        )
        run.callsPerSecond = callsPerSecond
        let replay = run
        return try await besideTheClock {
            var progress = progress
            try await replay.run(&progress) { if stop($0) { throw Stopped(progress: $0) } }
            return progress
        }
    }

    /// The work, while time passes whenever it sleeps.
    func besideTheClock<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await work() }
            group.addTask { [time] in
                try await time.run { false }
                return nil
            }
            defer { group.cancelAll() }
            for try await value in group {
                if let value { return value }
            }
            throw CancellationError()
        }
    }
}
