package import Ethereum
package import EthereumRPC
package import RelayCore
internal import RelayStore
package import Transport

/// What a replay would do, found out without doing any of it: no row is written, no job is submitted, nothing is sent.
package struct ReplayPlan: Sendable {
    /// What was found in the blocks so far.
    package struct Findings: Sendable {
        package let from: UInt64
        package let to: UInt64
        package var next: UInt64
        /// Calls for logs that it took.
        package var calls = 0
        package var rejected = 0
        /// Requests that the database has, by their state there.
        package var known: [RequestState: Int] = [:]
        /// Requests that it has not, by what the contract says of them.
        package var new: [Standing: Int] = [:]

        package init(from: UInt64, to: UInt64) {
            self.from = from
            self.to = to
            next = from
        }
    }

    /// What the contract says of a request that the database has not.
    package enum Standing: String, CaseIterable, Sendable {
        /// It waits: the replay would take it up.
        case open
        case fulfilled
        case failed
        case cancelled
        /// The contract does not know it, or says something else than its binding.
        case unknown
        /// Its job id belongs to another request.
        case superseded

        init(_ standing: ContractStanding) {
            switch standing {
            case .open: self = .open
            case .closed(.fulfilled): self = .fulfilled
            case .closed(.failed): self = .failed
            case .closed(.cancelled): self = .cancelled
            case .unknown, .unreadable, .undecided: self = .unknown
            case .anotherRequest: self = .superseded
            }
        }
    }

    let client: EthereumClient
    let reader: LogReader
    let contracts: [Address]
    let reach: ReplayReach
    let known: CanonicalChain
    let callsPerSecond: Int
    let time: any TimeSource

    /// - Parameters:
    ///   - client: the nodes.
    ///   - reader: reads ranges.
    ///   - contracts: whose requests.
    ///   - reach: how much at once, and at how many nodes.
    ///   - known: the chain as it has been read so far.
    ///   - callsPerSecond: at most, those for the contract's word included.
    ///   - time: the clock.
    package init(
        client: EthereumClient,
        reader: LogReader,
        contracts: [Address],
        reach: ReplayReach,
        known: CanonicalChain = CanonicalChain(),
        callsPerSecond: Int,
        time: any TimeSource
    ) {
        self.client = client
        self.reader = reader
        self.contracts = contracts
        self.reach = reach
        self.known = known
        self.callsPerSecond = callsPerSecond
        self.time = time
    }

    /// Reads the blocks, looks each request up with `stored`, and asks the contract of those that are new.
    ///
    /// Throws `ReplayFault` or `RPCError` when the nodes fail, and what `stored` throws.
    package func run(
        _ findings: inout Findings,
        stored: (Hash32) throws -> RequestState?,
        report: (Findings) -> Void
    ) async throws {
        let desk = ContractDesk(client: client, book: reader.book)
        let pace = CallPace(perSecond: callsPerSecond, time: time)
        var past = ReplayReader(
            client: client,
            reader: reader,
            contracts: contracts,
            reach: reach,
            known: known,
            pace: pace,
            time: time
        )
        while findings.next <= findings.to {
            guard let (range, logs) = try await past.read(from: findings.next, to: findings.to) else { continue }
            let batch = reader.batch(logs)
            findings.rejected += batch.rejected.count
            for request in batch.requests {
                if let state = try stored(request.hash) {
                    findings.known[state, default: 0] += 1
                } else {
                    try await pace.wait()
                    findings.new[Standing(try await desk.standing(of: request)), default: 0] += 1
                }
                report(findings)
            }
            findings.calls = past.calls
            findings.next = range.upperBound.saturatingAdding(1)
            report(findings)
        }
    }

    /// What an answer of 64 bytes may cost at this moment, in wei: at most, whatever the client's
    /// callback uses.
    package func costPerAnswer(
        _ gas: GasPolicy,
        _ policy: FeePolicy
    ) async throws -> UInt256? {
        let text = String(repeating: "x", count: 64)
        // What calldata costs at least, and no settlement is that cheap; 512 bytes are more than the rest of any call.
        let calldata = Array(repeating: UInt8(0xff), count: 512 + text.utf8.count)
        let units = gas.ceiling(textLength: text.utf8.count, calldata: calldata)
        return policy.fees(for: FeeMarket(try await client.feeQuote()))?.cost(gasLimit: units)
    }
}
