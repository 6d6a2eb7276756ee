internal import Ethereum
internal import EthereumRPC
internal import RelayCore
internal import Transport

/// Reads past ranges one after the other, at a measured pace, as large as the nodes allow.
///
/// A node is believed that shows in the same answer that it has the range's end; where the operator wants several to say
/// the same, as many.
struct ReplayReader: Sendable {
    /// How often the nodes are asked while a block's bloom speaks of logs that the answers do not have: blooms err on the
    /// side of logs, so in the end it is believed.
    private static let rounds = 4
    private static let pause: Duration = .seconds(1)

    let client: EthereumClient
    let reader: LogReader
    let contracts: [Address]
    let quorum: Int
    /// The chain as it has been read so far: a node on another branch is not believed.
    let known: CanonicalChain
    let pace: CallPace
    let time: any TimeSource
    private(set) var calls = 0
    private var planner: LogRangePlanner

    init(
        client: EthereumClient,
        reader: LogReader,
        contracts: [Address],
        reach: ReplayReach,
        known: CanonicalChain,
        pace: CallPace,
        time: any TimeSource
    ) {
        self.client = client
        self.reader = reader
        self.contracts = contracts
        quorum = reach.quorum
        self.known = known
        self.pace = pace
        self.time = time
        planner = LogRangePlanner(maximum: reach.window)
    }

    /// The next range from `next` on; nil: a node wants a smaller one, which is planned already.
    ///
    /// Throws `ReplayFault` when the nodes do not give it.
    mutating func read(
        from next: UInt64,
        to last: UInt64
    ) async throws -> (range: ClosedRange<UInt64>, logs: LogBatch)? {
        guard let range = planner.range(from: next, head: last) else { return nil }
        for round in 1...Self.rounds {
            switch try await ask(range, doubtsBlooms: round < Self.rounds) {
            case .agreed(let reading):
                planner.answered()
                return (range, reading.logs)
            case .narrower: return nil
            case .doubtful: try await time.sleep(for: Self.pause)
            case .failed(let fault): throw fault
            }
        }
        return nil
    }

    private enum Round {
        case agreed(LogReader.Reading)
        /// A node wants a smaller range, which is planned.
        case narrower
        /// A block's logs may not be there yet.
        case doubtful
        case failed(ReplayFault)
    }

    /// One node after the other, until enough of them agree.
    private mutating func ask(_ range: ClosedRange<UInt64>, doubtsBlooms: Bool) async throws -> Round {
        var vote = ReplayVote(quorum: quorum, range: range)
        var isDoubtful = false
        let first = client.pin()
        let nodes = first.expulsion == nil ? [first] + first.others : []
        for node in nodes {
            try Task.checkCancellation()
            do {
                guard let reading = try await read(range, at: node) else { return .narrower }
                if doubtsBlooms { try doubt(reading) }
                vote.answered(node.maskedEndpoint, reading)
                if let agreed = vote.agreed { return .agreed(agreed) }
            } catch let error as RPCError {
                vote.failed(node.maskedEndpoint, error)
            } catch let doubt as ReplayDoubt {
                isDoubtful = isDoubtful || doubt.isOfBloom
                vote.failed(node.maskedEndpoint, doubt)
            } catch let fault as LogCheck.Fault {
                node.noteFault()
                vote.failed(node.maskedEndpoint, fault)
            }
        }
        for node in client.each where !nodes.contains(where: { $0.endpoint.url == node.endpoint.url }) {
            vote.leftOut(node.maskedEndpoint, expulsion: node.expulsion)
        }
        return isDoubtful ? .doubtful : .failed(vote.fault)
    }

    /// What one node says; nil: it wants a smaller range, which is planned.
    private mutating func read(
        _ range: ClosedRange<UInt64>,
        at node: EthereumClient
    ) async throws -> LogReader.Reading? {
        try await pace.wait(calls: 2)
        calls += 1
        var reading: LogReader.Reading
        do {
            reading = try await reader.read(range, of: contracts, withHeaderAt: range.upperBound, at: node)
        } catch {
            guard case .tooMany(let hint) = error.logRangeFailure else { throw error }
            if planner.refused(range, hint: hint) == .narrower { return nil }
            try await pace.wait(calls: 3)
            reading = try await reader.read(block: range.lowerBound, of: contracts, at: node)
        }
        if reading.last == nil { reading = try await read(emptyEndOf: range, at: node) }
        if let header = reading.last, let hash = known.hash(at: header.number), hash != header.hash {
            throw LogCheck.Fault("block \(header.number) is another than the one that was read: \(header.hash)")
        }
        try reader.check(reading, range, of: contracts) { known.hash(at: $0) }
        return reading
    }

    /// The node has no block at the range's end: there is none of that height, which a block above it shows, or the node
    /// has not come so far.
    private mutating func read(
        emptyEndOf range: ClosedRange<UInt64>,
        at node: EthereumClient
    ) async throws -> LogReader.Reading {
        try await pace.wait(calls: 2)
        let shown = try await node.headerWithHead(at: range.upperBound)
        if shown.header == nil, let head = shown.head, head.number > range.upperBound {
            try await pace.wait(calls: 2)
            calls += 1
            let reading = try await reader.read(range, of: contracts, withHeaderAt: head.number, at: node)
            if reading.last != nil { return reading }
        }
        node.setBehind()
        throw ReplayDoubt("it does not have block \(range.upperBound)")
    }

    /// The node may not have indexed the last block yet.
    private func doubt(_ reading: LogReader.Reading) throws {
        guard let header = reading.last, reader.isMissing(logsOf: header, in: reading, of: contracts) else { return }
        throw ReplayDoubt(
            "block \(header.number) has no logs although its bloom speaks of some: not indexed yet",
            isOfBloom: true
        )
    }
}
