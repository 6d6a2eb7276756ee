internal import Ethereum
internal import EthereumRPC
internal import RelayCore

/// Reads past ranges one after the other, at a measured pace, as large as the node allows.
struct ReplayReader: Sendable {
    let client: EthereumClient
    let reader: LogReader
    let contracts: [Address]
    private(set) var calls = 0
    private var planner: LogRangePlanner
    private var pace: CallPace

    init(client: EthereumClient, reader: LogReader, contracts: [Address], window: UInt64, pace: CallPace) {
        self.client = client
        self.reader = reader
        self.contracts = contracts
        self.pace = pace
        planner = LogRangePlanner(maximum: window)
    }

    /// The next range from `next` on; nil: the node wants a smaller one, which is planned already.
    ///
    /// Throws `RPCError` or `LogCheck.Fault` when the node fails.
    mutating func read(
        from next: UInt64,
        to last: UInt64
    ) async throws -> (range: ClosedRange<UInt64>, logs: LogBatch)? {
        guard let range = planner.range(from: next, head: last) else { return nil }
        try await pace.wait()
        calls += 1
        let node = client.pin()
        let reading: LogReader.Reading
        do {
            reading = try await reader.read(range, of: contracts, withLast: false, at: node)
        } catch {
            guard case .tooMany(let hint) = error.logRangeFailure else { throw error }
            if planner.refused(range, hint: hint) == .narrower { return nil }
            reading = try await reader.read(block: range.lowerBound, of: contracts, at: node)
        }
        try reader.check(reading, range, of: contracts) { _ in nil }
        planner.answered()
        return (range, reading.logs)
    }
}
