import Bacalhau
import Ethereum
import EthereumRPC
import Relay
import RelayCore
import RelayStore
import RelayTestSupport

/// A relayer in good health, of which each test spoils one thing.
struct Patient {
    var options: Relayer.Options
    var nodes: [EthereumEndpoint]
    var account: Observed<Address>
    var seen: Examination
    /// Milliseconds since 1970.
    static let now: Int64 = 1_800_000_000_000
    static let contract = Address(Array(repeating: 0xb0, count: 20)) ?? .zero

    init() {
        let account = TestAccount(seed: 7).address
        var options = Relayer.Options(
            chainID: 11_155_111,
            contracts: [Relayer.Contract(address: Self.contract, startBlock: 1_000)],
            namespace: "lilypad",
            follow: FollowOptions(settle: FinalityRule(tag: .finalized, blocks: 128))
        )
        options.settle.fees = FeePolicy(maxFeePerGas: UInt256(500_000_000_000))
        self.options = options
        nodes = [EthereumEndpoint("http://one.test"), EthereumEndpoint("http://two.test")]
        self.account = .seen(account)
        seen = Examination(
            nodes: [Self.node("http://one.test"), Self.node("http://two.test")],
            contracts: [
                ContractExamination(
                    address: Self.contract,
                    hasCode: .seen(true),
                    isRelayer: .seen(true),
                    callbackGas: .seen(100_000),
                    fee: .seen(UInt256(1_000_000_000_000_000)),
                    jobs: .seen(UInt256(12))
                )
            ],
            account: .seen(
                AccountSight(
                    address: account,
                    balance: UInt256(1_000_000_000_000_000_000),
                    market: FeeMarket(
                        baseFeePerGas: UInt256(1_000_000_000),
                        priorityFeePerGas: UInt256(1_000_000_000)
                    ),
                    mined: 5,
                    pending: 5
                )
            ),
            orchestrator: OrchestratorExamination(
                version: .seen(ServerVersion(1, 9, 3)),
                nodes: .seen(Self.computeNodes()),
                rights: .seen(true)
            ),
            database: .open(
                DatabaseSight.State(
                    identity: ChainIdentity(chainID: 11_155_111, genesisHash: Self.hash(1)),
                    anchor: ChainAnchor(number: 1_000, hash: Self.hash(2)),
                    cursors: [ContractCursor(contractID: 1, address: Self.contract, nextBlock: 5_000)],
                    isHeld: true,
                    free: 100 << 30
                )
            )
        )
    }

    var diagnosis: Diagnosis {
        let subject = DoctorSubject(options: options, nodes: nodes, account: account, database: "relayer.sqlite")
        return Judge(subject, seen, now: Self.now).diagnosis
    }

    func reading(_ files: Observed<Bool>) -> Patient {
        var patient = self
        patient.seen.files = files
        return patient
    }

    /// The details of a node; there are two.
    func changing(_ place: Int, _ body: (inout NodeDetails) -> Void) -> Patient {
        var patient = self
        if var details = patient.seen.nodes[place].details {
            body(&details)
            patient.seen.nodes[place].details = details
        }
        return patient
    }

    func changingState(_ body: (inout DatabaseSight.State) -> Void) -> Patient {
        var patient = self
        if case .open(var state) = patient.seen.database {
            body(&state)
            patient.seen.database = .open(state)
        }
        return patient
    }

    static func hash(_ byte: UInt8) -> Hash32 { keccak256([byte]) }

    /// In sync with a chain of twelve-second blocks.
    static func node(_ url: String) -> NodeExamination {
        let head = BlockSight(number: 5_000, timestamp: UInt64(now / 1_000) - 6)
        return NodeExamination(
            shown: url,
            reach: .seen(NodeReach(chainID: 11_155_111, head: head, at: now)),
            details: NodeDetails(
                software: .seen("Geth/v1.17.10"),
                latency: .seen(.milliseconds(35)),
                genesis: .seen(hash(1)),
                common: (4_936, .seen(hash(3))),
                anchor: .seen(hash(2)),
                blockTime: .seen(BlockTime(blocks: 256, seconds: 3_072)),
                safe: .seen(BlockSight(number: 4_968, timestamp: head.timestamp - 384)),
                finalized: .seen(BlockSight(number: 4_936, timestamp: head.timestamp - 768)),
                window: .seen(LogWindow(accepted: 10_000, end: .cap)),
                byHash: .seen(true),
                fresh: .seen(FreshLogs(told: 2, prompt: 2)),
                lookBack: .seen(LookBack(wanted: 1_000, oldest: 1_000)),
                batch: .seen(true),
                webSocket: .seen(WebSocketSight(chainID: 11_155_111, firstHead: .seconds(3)))
            ),
            clockOffset: 400
        )
    }

    static func computeNodes(
        isConnected: Bool = true,
        engines: [String] = ["docker", "wasm"],
        publishers: [String] = ["ipfs"]
    ) -> [NodeSummary] {
        let list = { (names: [String]) in "[" + names.map { "\"\($0)\"" }.joined(separator: ",") + "]" }
        let text =
            #"{"Nodes":[{"Info":{"NodeID":"n-1","NodeType":"Compute","ComputeNodeInfo":{"ExecutionEngines":"#
            + #"\#(list(engines)),"Publishers":\#(list(publishers))}},"Membership":"APPROVED","ConnectionState":"#
            + #"{"Status":"\#(isConnected ? "CONNECTED" : "DISCONNECTED")"}}]}"#
        return (try? NodeSummary.readList(Array(text.utf8))) ?? []
    }
}
