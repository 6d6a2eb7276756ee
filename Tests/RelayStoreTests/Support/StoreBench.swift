import Ethereum
import RelayCore
import RelayStore
import RelayTestSupport
import SQLite

/// A store in a folder of its own, with one contract.
struct StoreBench {
    let directory: TemporaryDirectory
    let store: RelayStore
    let contract = Address(Array(repeating: 0xb0, count: 20)) ?? .zero
    let account = TestAccount(seed: 1).address
    let cursor: ContractCursor

    var path: String { directory.file("relayer.sqlite") }

    init(hooks: WriterHooks = WriterHooks()) async throws {
        directory = try TemporaryDirectory()
        store = try RelayStore(path: directory.file("relayer.sqlite"), hooks: hooks)
        let registered = try await store.register([(address: contract, startBlock: 5)])
        guard let first = registered.first else { throw StoreError.damaged("no cursor") }
        cursor = first
    }

    static let now = Timestamp(milliseconds: 1_700_000_000_000)

    /// The hash of request `number`; `tail` tells those apart that share their first eight bytes.
    static func hash(_ number: UInt8, tail: UInt8 = 0) -> Hash32 {
        Hash32(Array(repeating: number, count: 8) + Array(repeating: tail, count: 24)) ?? .zero
    }

    func request(_ number: UInt8, tail: UInt8 = 0, block: UInt64 = 10) -> ObservedRequest {
        ObservedRequest(
            hash: Self.hash(number, tail: tail),
            contract: contract,
            jobID: UInt256(UInt64(number)),
            requester: account,
            party: account,
            spec: Array("{}".utf8),
            resultType: 1,
            place: Place(
                blockNumber: block,
                blockHash: Self.hash(0xee, tail: UInt8(truncatingIfNeeded: block)),
                transactionHash: Self.hash(0xdd, tail: number),
                logIndex: 3
            )
        )
    }

    /// Ingests requests and moves the cursor behind block 10.
    @discardableResult
    func ingest(_ requests: ObservedRequest...) async throws -> IngestReport {
        var next = cursor
        next.nextBlock = 11
        return try await store.ingest(IngestBatch(requests: requests, cursors: [next]), at: Self.now)
    }

    func listed(_ number: UInt8, tail: UInt8 = 0) throws -> Listed? {
        try StoreView(path: path).find(.hash(Self.hash(number, tail: tail))).first
    }

    /// A request that has been answered.
    func answered(_ number: UInt8) async throws -> Int64 {
        try await ingest(request(number))
        guard let id = try listed(number)?.request.id else { throw StoreError.damaged("not ingested") }
        let change = ComputingChange(
            request: id,
            from: .observed,
            to: .answered,
            answer: Answer(kind: .result, text: "hello\n", source: "run output", truncated: true),
            event: "computed"
        )
        try await store.record(change, at: Self.now)
        return id
    }

    /// The step that signs a settlement of a request under a nonce.
    func signing(_ request: Int64, nonce: UInt64, fee: UInt64 = 7) -> SettlingChange {
        var machine = SettlementMachine()
        _ = machine.apply(.simulated(.passes(gasLimit: 50_000)), at: Self.now)
        let attempt = Attempt(
            hash: Self.hash(UInt8(truncatingIfNeeded: request), tail: UInt8(truncatingIfNeeded: nonce)),
            rawBytes: [1, 2, 3],
            fees: Fees(maxFeePerGas: UInt256(fee), maxPriorityFeePerGas: UInt256(1))
        )
        _ = machine.apply(.signed(nonce: nonce, attempt), at: Self.now)
        return SettlingChange(
            request: request,
            from: .answered,
            to: .settling,
            machine: machine,
            step: .signed(by: account, nonce: nonce, gasLimit: 50_000, attempt),
            event: "transaction signed"
        )
    }

    /// The wait of a settlement that was seen mined in a block.
    func mined(_ request: Int64, _ signing: SettlingChange, in block: UInt64, wakeAt: Timestamp) -> SettlingChange {
        var machine = signing.machine
        let inclusion = Inclusion(
            transactionHash: Self.hash(UInt8(truncatingIfNeeded: request)),
            blockNumber: block,
            blockHash: Self.hash(0xee, tail: UInt8(truncatingIfNeeded: block)),
            succeeded: true,
            gasUsed: 40_000,
            effectiveGasPrice: UInt256(7),
            callbackSucceeded: true
        )
        let sighting = SettlementMachine.Sighting(inclusion: inclusion, missing: 3, nonceIsSpent: true)
        _ = machine.apply(.seen(sighting), at: Self.now)
        return SettlingChange(request: request, from: .settling, to: .settling, machine: machine, wakeAt: wakeAt)
    }
}
