import Bacalhau
import Ethereum
import RelayCore
import RelayStore
import SQLite

/// Requests of several parties, and their jobs.
extension StoreBench {
    func party(_ number: UInt16) -> Address {
        Address([UInt8(number >> 8), UInt8(number & 0xff)] + Array(repeating: 0, count: 18)) ?? .zero
    }

    /// Ingests so many requests of a party (nil: not known) and gives their ids.
    @discardableResult
    func ask(_ party: UInt16?, _ count: Int, isLive: Bool = true, block: UInt64 = 10) async throws -> [Int64] {
        try await ask(Array(repeating: party, count: count), isLive: isLive, block: block)
    }

    /// Ingests a request of each of these parties.
    @discardableResult
    func ask(_ parties: [UInt16?], isLive: Bool = true, block: UInt64 = 10) async throws -> [Int64] {
        let first = try number("SELECT coalesce(max(id), 0) + 1 FROM request")
        var batch = IngestBatch(
            requests: parties.enumerated().map { index, party in
                let number = UInt64(first) + UInt64(index)
                return ObservedRequest(
                    hash: keccak256(UInt256(number).bigEndianBytes),
                    contract: contract,
                    jobID: UInt256(number),
                    requester: party.map(self.party) ?? account,
                    party: party.map(self.party),
                    spec: Array("{}".utf8),
                    resultType: 1,
                    place: Place(blockNumber: block, blockHash: .zero, transactionHash: .zero, logIndex: number)
                )
            }
        )
        batch.isLive = isLive
        _ = try await store.ingest(batch, at: Self.now)
        return parties.indices.map { first + Int64($0) }
    }

    /// What a query by hand gives.
    func number(_ sql: String) throws -> Int64 {
        let connection = try Connection(path: path, options: ConnectionOptions(access: .readOnly))
        return try connection.read { t in try t.prepare(sql).first { try $0.int64(0) } } ?? 0
    }

    func admission(
        _ rules: AdmissionRules,
        upTo block: UInt64 = 100,
        at now: Timestamp = Self.now
    ) async throws -> Admission {
        try await store.computing(upTo: block, at: now, limit: 10, rules: rules).admission
    }

    /// The parties in the order of their turns.
    func turns(_ rules: AdmissionRules) async throws -> [UInt16] {
        try await admission(rules).items.compactMap { item in
            item.request.observed.party.map { UInt16($0.bytes[0]) << 8 | UInt16($0.bytes[1]) }
        }
    }

    func turns(maxRunning: Int) async throws -> [UInt16] { try await turns(AdmissionRules(maxRunning: maxRunning)) }

    /// A job of a request begins.
    func begin(
        _ request: Int64,
        _ party: UInt16,
        seconds: Int64 = 60,
        nodes: Int64 = 1,
        attempt: Int = 1,
        quotas: Quotas = Quotas(),
        at now: Timestamp = Self.now
    ) async throws {
        var change = ComputingChange(
            request: request,
            from: .observed,
            to: .accepted,
            machine: JobMachine(resultType: .stdout, timeoutSeconds: seconds, startedAt: now),
            newJob: ComputingChange.NewJob(
                attempt: attempt,
                name: "job-\(request)-\(attempt)",
                body: [1],
                seconds: seconds * nodes
            ),
            wakeAt: .distantFuture
        )
        change.claim = UsageClaim(
            party: self.party(party),
            nodes: nodes,
            seconds: seconds * nodes,
            quotas: quotas
        )
        try await store.record(change, at: now)
    }

    /// The job of a request ends.
    func end(_ request: Int64, at now: Timestamp = Self.now) async throws {
        let change = ComputingChange(
            request: request,
            from: .accepted,
            to: .answered,
            answer: Answer(kind: .result, text: "", source: "run output")
        )
        try await store.record(change, at: now)
    }
}
