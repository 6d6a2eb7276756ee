import Bacalhau
import BacalhauAPI
import Ethereum
import EthereumRPC
import Glibc
import JSON
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Synchronization
import Telemetry
import Transport

/// Very many jobs that are open at a time: a database with them, and computing that looks after all of them, with an
/// orchestrator that answers at once.
///
/// Made in one process and measured in another, whose memory is then computing's alone.
struct OpenJobsBench {
    private static let genesis = keccak256([1])
    private static let contract = Address(Array(repeating: 0xb0, count: 20)) ?? .zero

    let path: String
    let count: Int

    /// `open FILE COUNT`.
    init(_ arguments: [String]) throws {
        guard arguments.count == 3, let count = Int(arguments[2]), count > 0 else { throw Wrong() }
        path = arguments[1]
        self.count = count
    }

    private struct Wrong: Error {}

    private func observed(_ number: Int) -> ObservedRequest {
        let hash = keccak256(UInt256(UInt64(number)).bigEndianBytes)
        let party = Address(Array(hash.bytes.prefix(20))) ?? .zero
        return ObservedRequest(
            hash: hash,
            contract: Self.contract,
            jobID: UInt256(UInt64(number)),
            requester: party,
            party: party,
            spec: Array(SettleBench.spec.utf8),
            resultType: 1,
            place: Place(blockNumber: 1, blockHash: .zero, transactionHash: hash, logIndex: 0)
        )
    }

    private var context: JobContext { JobContext(genesisHash: Self.genesis, chainID: 1, namespace: "lilypad") }

    /// Makes the database.
    func prepare() async throws {
        let store = try RelayStore(path: path)
        _ = try await store.register([(address: Self.contract, startBlock: 0)])
        _ = try await store.ingest(IngestBatch(requests: (1...count).map(observed)), at: Self.now)
        for number in 1...count {
            let plan = try JobPlan.make(for: observed(number), attempt: 1, context: context).get()
            var machine = JobMachine(resultType: .stdout, timeoutSeconds: plan.timeoutSeconds, startedAt: Self.now)
            _ = machine.apply(.submitted(.created(jobID: plan.name)), at: Self.now)
            let accepted = ComputingChange(
                request: Int64(number),
                from: .observed,
                to: .accepted,
                machine: machine,
                newJob: ComputingChange.NewJob(attempt: 1, name: plan.name, body: plan.body),
                wakeAt: Self.now
            )
            try await store.record(accepted, at: Self.now)
            let submitted = ComputingChange(
                request: Int64(number),
                from: .accepted,
                to: .submitted,
                machine: machine,
                jobID: plan.name,
                wakeAt: Self.now
            )
            try await store.record(submitted, at: Self.now)
        }
        await store.close()
    }

    /// Looks at each job once and more, and tells how fast and with how much memory.
    func run() async throws {
        let store = try RelayStore(path: path)
        var labels: [String: String] = [:]
        for number in 1...count {
            let plan = try JobPlan.make(for: observed(number), attempt: 1, context: context).get()
            labels[plan.name] = plan.requestLabel
        }
        let orchestrator = RunningJobs(labels: labels)
        let before = LogBench.residentMegabytes()
        let stop = StopRequest()
        let environment = ServiceEnvironment(time: SystemTime(), log: .none, stop: stop)
        var options = ComputeService.Options()
        options.maxRunningJobs = count
        let book = ContractBook(every: .reference)
        let client = EthereumClient(
            transport: orchestrator,
            endpoint: EthereumEndpoint("http://chain.test"),
            time: SystemTime()
        )
        let compute = ComputeService(
            orchestrators: Orchestrators(
                OrchestratorPlace(
                    BacalhauClient(transport: orchestrator, endpoint: BacalhauEndpoint(url: "http://bacalhau.test"))
                ),
                limits: options.breaker
            ),
            contracts: ContractDesk(client: client, book: book),
            addresses: [Self.contract],
            store: store,
            context: context,
            options: options,
            environment: environment,
            heads: HeadBoard(),
            wakeup: Wakeup(),
            answered: Wakeup()
        )
        let took = try await RelayerBench.seconds {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await compute.run() }
                while orchestrator.looks < count { try await Task.sleep(for: .milliseconds(5)) }
                stop.request()
                try await group.waitForAll()
            }
        }
        RelayerBench.report("open_jobs_looks_per_s", Double(orchestrator.looks) / took)
        RelayerBench.report("open_jobs_rss_mb", LogBench.residentMegabytes())
        RelayerBench.report("open_jobs_added_mb", LogBench.residentMegabytes() - before)
        await store.close()
    }

    /// Some minutes ago, so that all are due at once and none is new.
    private static let now = Timestamp(milliseconds: SystemTime().now() - 300_000)
}

/// An orchestrator all of whose jobs run.
private final class RunningJobs: HTTPTransport {
    private let labels: [String: String]
    private let count = Atomic(0)

    init(labels: [String: String]) { self.labels = labels }

    var looks: Int { count.load(ordering: .relaxed) }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let name = request.url.split(separator: "/").last?.split(separator: "?").first.map(String.init) ?? ""
        guard let label = labels[name] else { return HTTPResponse(status: 500, headers: [], body: []) }
        count.add(1, ordering: .relaxed)
        let job: JSONValue = [
            "Job": [
                "ID": .string(name), "Name": .string(name), "Labels": ["lilypad-request": .string(label)],
                "State": ["StateType": "Running"], "Version": 1,
            ],
            "Executions": [
                "Items": [
                    [
                        "ID": "e-1", "NodeID": "n-1", "JobVersion": 1, "ComputeState": ["StateType": 5],
                        "DesiredState": ["StateType": 1],
                    ]
                ]
            ],
        ]
        return HTTPResponse(status: 200, headers: [], body: JSONWriter.bytes(of: job))
    }
}
