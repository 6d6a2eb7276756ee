package import Ethereum
package import EthereumRPC
package import RelayCore
package import RelayStore

/// Reads blocks at one node and says what is in them: requests, and logs for the quarantine.
package struct LogReader: Sendable {
    package let book: ContractBook

    package init(book: ContractBook) {
        self.book = book
    }

    /// One binding for all contracts.
    package init(binding: ContractBinding) {
        self.init(book: ContractBook(every: binding))
    }

    /// What a node answered for a range.
    package struct Reading: Sendable {
        package var logs: LogBatch
        /// The block that was asked for beside the logs, as the same node has it: mostly the one that the range ends with.
        ///
        /// nil where none was asked for, or where there is none of this height.
        package var last: BlockHeader?
    }

    /// Asks one node for the logs of a range and for a block beside them: mostly the one that the range ends with; one above
    /// it shows as well that the node has all of it.
    ///
    /// Both in one request: a load balancer may send two of them to nodes of different heights.
    package func read(
        _ range: ClosedRange<UInt64>,
        of contracts: [Address],
        withHeaderAt number: UInt64?,
        at node: EthereumClient
    ) async throws(RPCError) -> Reading {
        let filter = filter(contracts, .range(from: range.lowerBound, to: range.upperBound))
        guard let number else { return Reading(logs: try await node.logs(filter)) }
        let (logs, header) = try await node.logs(filter, thenHeaderAt: number)
        return Reading(logs: logs, last: header)
    }

    /// Reads one block by its hash: it may hold more than a node gives for a range.
    ///
    /// A hash alone proves nothing, since nodes go on answering for orphaned blocks; so the block must be the one of its
    /// height before and after.
    package func read(
        block number: UInt64,
        of contracts: [Address],
        at node: EthereumClient
    ) async throws -> Reading {
        guard let before = try await node.header(at: .number(number)) else { return Reading(logs: LogBatch()) }
        let logs = try await logs(of: before, contracts, node)
        guard try await node.header(at: .number(number))?.hash == before.hash else {
            throw LogCheck.Fault("block \(number) was replaced while it was read")
        }
        return Reading(logs: logs, last: before)
    }

    /// By its number at a node that takes no hash.
    private func logs(
        of block: BlockHeader,
        _ contracts: [Address],
        _ node: EthereumClient
    ) async throws(RPCError) -> LogBatch {
        do {
            return try await node.logs(filter(contracts, .block(block.hash)))
        } catch {
            guard !error.isOfTheNode, error.logRangeFailure == .other else { throw error }
            return try await node.logs(filter(contracts, .range(from: block.number, to: block.number)))
        }
    }

    /// The whole answer is in doubt when one log of it is.
    ///
    /// `known` tells the canonical block of a height, where it is known.
    package func check(
        _ reading: Reading,
        _ range: ClosedRange<UInt64>,
        of contracts: [Address],
        known: (UInt64) -> Hash32?
    ) throws(LogCheck.Fault) {
        let last = reading.last
        try LogCheck.check(
            reading.logs.logs.filter { !$0.removed },
            in: range,
            of: contracts,
            topics: book.topics(of: contracts)
        ) { number in
            if let last, last.number == number { return last.hash }
            return known(number)
        }
    }

    /// Whether this block's bloom speaks of logs that the answer does not have.
    ///
    /// Blooms err on the side of logs, and one that is half full fits much.
    package func isMissing(logsOf header: BlockHeader, in reading: Reading, of contracts: [Address]) -> Bool {
        guard let bloom = header.logsBloom, !bloom.saysLittle else { return false }
        let isTold = contracts.contains { contract in
            bloom.mayContain(contract) && book.topics(of: [contract]).contains { bloom.mayContain($0) }
        }
        guard isTold else { return false }
        return !reading.logs.logs.contains { $0.blockNumber == header.number }
    }

    /// Requests, answers and rejected logs of an answer that has been checked.
    package func batch(_ answer: LogBatch) -> IngestBatch {
        var batch = IngestBatch()
        var ordinals = Ordinals()
        for log in answer.logs where !log.removed { sort(log, into: &batch, &ordinals) }
        for log in answer.malformed {
            batch.rejected.append(
                RejectedLog(
                    reason: log.reason,
                    digest: keccak256(log.text),
                    blockNumber: log.blockNumber,
                    logIndex: log.logIndex,
                    transactionHash: nil,
                    bytes: log.text
                )
            )
        }
        return batch
    }

    /// The requests of an answer, by what they say.
    package func identities(in answer: LogBatch) -> Set<Hash32> {
        var ordinals = Ordinals()
        return Set(answer.logs.filter { !$0.removed }.compactMap { identity(of: $0, &ordinals) })
    }

    private func identity(of log: Log, _ ordinals: inout Ordinals) -> Hash32? {
        guard let binding = book[log.address], log.topics.first == binding.requestEvent.topic else { return nil }
        return binding.identity(of: log, ordinal: ordinals.next(log, binding))
    }

    private func filter(_ contracts: [Address], _ blocks: LogFilter.Blocks) -> LogFilter {
        LogFilter(addresses: contracts, topics: [book.topics(of: contracts)], blocks: blocks)
    }

    private func sort(_ log: Log, into batch: inout IngestBatch, _ ordinals: inout Ordinals) {
        guard let binding = book[log.address], let topic = log.topics.first, binding.topics.contains(topic) else {
            // Asked for because another contract's binding has it.
            return
        }
        guard topic == binding.requestEvent.topic else {
            // One that says nothing of a job closes none.
            if let outcome = binding.outcome(in: log) { batch.outcomes.append(ObservedOutcome(outcome, log)) }
            return
        }
        switch binding.decode(log, ordinal: ordinals.next(log, binding)) {
        case .request(let request):
            batch.requests.append(request)
        case .rejected(let reason):
            batch.rejected.append(
                RejectedLog(
                    reason: reason,
                    // Its place too: who says the same twice has said two things.
                    digest: keccak256(
                        log.contentHash.bytes + log.blockHash.bytes + UInt256(log.logIndex).bigEndianBytes
                    ),
                    blockNumber: log.blockNumber,
                    logIndex: log.logIndex,
                    transactionHash: log.transactionHash,
                    bytes: log.address.bytes + log.topics.flatMap(\.bytes) + log.data
                )
            )
        }
    }
}

/// Counts the requests of a contract within a transaction, where nothing else tells two of them apart.
private struct Ordinals {
    private var transaction = Hash32.zero
    private var counts: [Address: Int] = [:]

    mutating func next(_ log: Log, _ binding: ContractBinding) -> Int {
        guard binding.fields.jobID == nil else { return 0 }
        if log.transactionHash != transaction { (transaction, counts) = (log.transactionHash, [:]) }
        defer { counts[log.address, default: 0] += 1 }
        return counts[log.address, default: 0]
    }
}
