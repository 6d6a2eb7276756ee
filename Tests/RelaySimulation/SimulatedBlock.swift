import Ethereum

/// What a transaction writes, wherever it is mined.
enum SimulatedLog: Sendable {
    /// Asks a followed contract for a job, which gets the contract's next id: on another branch it may be another one.
    case request(contract: Address, serial: UInt64)
    case other(address: Address, topics: [Hash32], data: [UInt8])
}

/// A job as the contract keeps it.
struct SimulatedJob: Sendable {
    let contract: Address
    let id: UInt64
    let log: Log
}

/// A transaction that may be mined in one block of each branch.
struct SimulatedTransaction: Sendable {
    let hash: Hash32
    let logs: [SimulatedLog]
}

/// A block of the simulated chain, on whatever branch.
///
/// This folder is the chain simulation: `SimulationPlan` is what a seed draws, `SimulatedWorld` the chain and its nodes,
/// `SimulatedNetwork` what the follower's calls meet, `SimulationRun` lets the real follower and the real store run
/// among them and checks what has become of it.
final class SimulatedBlock: Sendable {
    let header: BlockHeader
    /// nil for block 0.
    let parent: SimulatedBlock?
    /// Milliseconds since 1970.
    let minedAt: Int64
    let transactions: [SimulatedTransaction]
    let logs: [Log]
    /// Of these logs, those that ask for a job.
    let jobs: [SimulatedJob]
    /// How many jobs each contract has had up to here.
    let counts: [Address: UInt64]

    /// - Parameters:
    ///   - parent: the block below, which need not be the next lower height.
    ///   - number: the height.
    ///   - minedAt: milliseconds since 1970.
    ///   - transactions: what it holds.
    ///   - salt: tells it from a twin on another branch.
    init(
        on parent: SimulatedBlock?,
        number: UInt64,
        minedAt: Int64,
        transactions: [SimulatedTransaction],
        salt: UInt64
    ) {
        self.parent = parent
        self.minedAt = minedAt
        self.transactions = transactions
        let parentHash = parent?.header.hash ?? .zero
        var hasher = Keccak256()
        hasher.update(parentHash)
        hasher.update(UInt256(number).bigEndianBytes + UInt256(salt).bigEndianBytes)
        for transaction in transactions { hasher.update(transaction.hash) }
        let hash = hasher.finalize()
        var (logs, jobs): ([Log], [SimulatedJob]) = ([], [])
        var counts = parent?.counts ?? [:]
        var bloom = LogsBloom.empty
        for (index, transaction) in transactions.enumerated() {
            for written in transaction.logs {
                let (address, topics, data, id) = Self.content(of: written, &counts)
                let log = Log(
                    address: address,
                    topics: topics,
                    data: data,
                    blockNumber: number,
                    blockHash: hash,
                    transactionHash: transaction.hash,
                    transactionIndex: UInt64(index),
                    logIndex: UInt64(logs.count)
                )
                logs.append(log)
                if let id { jobs.append(SimulatedJob(contract: address, id: id, log: log)) }
                bloom.insert(log)
            }
        }
        self.logs = logs
        self.jobs = jobs
        self.counts = counts
        header = BlockHeader(
            number: number,
            hash: hash,
            parentHash: parentHash,
            timestamp: UInt64(max(minedAt, 0)) / 1_000,
            baseFeePerGas: 7,
            gasLimit: 30_000_000,
            gasUsed: UInt64(transactions.count) * 21_000,
            logsBloom: bloom
        )
    }

    var number: UInt64 { header.number }
    var hash: Hash32 { header.hash }
    var requests: [Log] { jobs.map(\.log) }

    /// As the contract writes it here; with the job's id where it asks for one.
    private static func content(
        of log: SimulatedLog,
        _ counts: inout [Address: UInt64]
    ) -> (Address, [Hash32], [UInt8], UInt64?) {
        switch log {
        case .other(let address, let topics, let data): return (address, topics, data, nil)
        case .request(let contract, let serial):
            let id = counts[contract, default: 0] + 1
            counts[contract] = id
            let (topics, data) = RequestMaker.content(id: id, serial: serial)
            return (contract, topics, data, id)
        }
    }

    /// The contract's job of this id, as this branch has it.
    func job(_ id: UInt64, of contract: Address) -> SimulatedJob? {
        guard id > 0, id <= counts[contract, default: 0] else { return nil }
        var next: SimulatedBlock? = self
        while let block = next {
            if let job = block.jobs.first(where: { $0.contract == contract && $0.id == id }) { return job }
            next = block.parent
        }
        return nil
    }

    /// The highest block of this branch at or below a height.
    func ancestor(atOrBelow height: UInt64) -> SimulatedBlock {
        var block = self
        while block.number > height, let parent = block.parent { block = parent }
        return block
    }

    /// This branch's block of a height; nil above it, and for a height without one.
    func block(at height: UInt64) -> SimulatedBlock? {
        let found = ancestor(atOrBelow: height)
        return found.number == height ? found : nil
    }

    func contains(_ hash: Hash32, at height: UInt64) -> Bool { block(at: height)?.hash == hash }

    /// This branch's blocks of a range, ascending.
    func blocks(_ range: ClosedRange<UInt64>) -> [SimulatedBlock] {
        var found: [SimulatedBlock] = []
        var next: SimulatedBlock? = ancestor(atOrBelow: range.upperBound)
        while let block = next, block.number >= range.lowerBound {
            found.append(block)
            next = block.parent
        }
        return found.reversed()
    }
}
