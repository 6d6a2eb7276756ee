import Bacalhau
import Ethereum
import RelayCore
import RelayStore
import RelayTestSupport
import SQLite

/// The chain that the store keeps, and requests in each state.
extension StoreBench {
    static let later = Timestamp(milliseconds: 1_700_000_100_000)
    static let stopJobsAt = Timestamp(milliseconds: 1_700_000_060_000)

    static func link(_ number: UInt64, branch: UInt8 = 0) -> ChainLink {
        func hash(_ number: UInt64) -> Hash32 {
            Hash32(Array(repeating: branch, count: 24) + (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) })
                ?? .zero
        }
        return ChainLink(number: number, hash: hash(number), parentHash: hash(number &- 1), timestamp: number &* 12)
    }

    func claimed() async throws -> StoreBench {
        try await store.claim(ChainIdentity(chainID: 7, genesisHash: Self.link(0).hash))
        return self
    }

    /// A reading that ends with the link; the cursor goes behind it.
    @discardableResult
    func read(
        _ requests: ObservedRequest...,
        upTo link: ChainLink,
        final: ChainLink? = nil,
        second: UInt64? = nil
    ) async throws -> IngestReport {
        var next = cursor
        next.nextBlock = link.number + 1
        next.secondBlock = second ?? cursor.secondBlock
        let batch = IngestBatch(requests: requests, link: link, final: final, cursors: [next])
        return try await store.ingest(batch, at: Self.now)
    }

    /// What another program would find in the file, or do to it.
    func sql(_ statement: String) throws -> [String] {
        let connection = try Connection(path: path, options: ConnectionOptions(access: .readWrite))
        return try connection.transaction { t in try t.prepare(statement).all { try $0.text(0) } }
    }

    /// A request that has come to this state by the steps of its life; it is in block 10.
    func request(_ number: UInt8, in state: RequestState) async throws -> Int64 {
        switch state {
        case .observed:
            try await ingest(request(number))
            return try id(number)
        case .accepted:
            let id = try await request(number, in: .observed)
            try await accept(id, attempt: 1)
            return id
        case .submitted:
            let id = try await request(number, in: .accepted)
            try await store.record(
                ComputingChange(request: id, from: .accepted, to: .submitted, machine: Self.machine, jobID: "j-1"),
                at: Self.now
            )
            return id
        case .answered: return try await answered(number)
        case .settling:
            let id = try await request(number, in: .answered)
            try await store.record([signing(id, nonce: UInt64(number))], at: Self.now)
            return id
        case .settled: return try await settled(number)
        case .dead:
            let id = try await request(number, in: .observed)
            try await store.record(
                ComputingChange(request: id, from: .observed, to: .dead, reason: "no way"),
                at: Self.now
            )
            return id
        case .dropped:
            let id = try await request(number, in: .dead)
            try await store.drop(id, reason: "spam", by: "ann", at: Self.now)
            return id
        case .orphaned:
            let id = try await request(number, in: .observed)
            try await store.orphan([id], "gone", stopJobsAt: Self.stopJobsAt, at: Self.now)
            return id
        }
    }

    static let machine = JobMachine(resultType: .stdout, timeoutSeconds: 60, startedAt: now)

    func accept(_ id: Int64, attempt: Int) async throws {
        let job = ComputingChange.NewJob(attempt: attempt, name: "lilypad-\(id)-r\(attempt)", body: [1, 2])
        try await store.record(
            ComputingChange(request: id, from: .observed, to: .accepted, machine: Self.machine, newJob: job),
            at: Self.now
        )
    }

    private func settled(_ number: UInt8) async throws -> Int64 {
        let id = try await request(number, in: .settling)
        let inclusion = Inclusion(
            transactionHash: Self.hash(number),
            blockNumber: 12,
            blockHash: Self.link(12).hash,
            succeeded: true,
            gasUsed: 1,
            effectiveGasPrice: UInt256(1),
            callbackSucceeded: nil
        )
        let change = SettlingChange(
            request: id,
            from: .settling,
            to: .settled,
            machine: SettlementMachine(),
            step: .included(inclusion),
            event: "settled"
        )
        try await store.record([change], at: Self.now)
        return id
    }

    func id(_ number: UInt8) throws -> Int64 {
        guard let id = try listed(number)?.request.id else { throw StoreError.damaged("not ingested") }
        return id
    }

    func state(_ number: UInt8) throws -> RequestState? { try listed(number)?.request.state }

    func overview() throws -> Overview { try StoreView(path: path).overview() }
}
