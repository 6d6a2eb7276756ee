package import Ethereum
import Synchronization

/// A mined transaction that settled a request.
package struct FakeSettlement: Sendable, Equatable {
    package enum Answer: Sendable, Equatable {
        case fulfilled(resultType: UInt8, result: String)
        case failed(reason: String)
    }

    package let transactionHash: Hash32
    package let blockNumber: UInt64
    package let sender: Address
    package let answer: Answer
    package let callbackSucceeded: Bool
}

/// What a test reads: always the canonical chain.
extension FakeChain {
    /// The contract after the latest block.
    package var state: FakeJobBridge {
        world.withLock { $0.chain.state.bridges[bridge] }
            ?? FakeJobBridge(address: bridge, callbackGas: 0, cancelAfter: 0, owner: .zero)
    }

    package func state(of jobID: UInt256) -> FakeJobBridge.State? { state.job(jobID)?.state }

    package var head: BlockHeader { world.withLock { $0.chain.head.header } }

    /// Nil beyond the head.
    package func header(_ number: UInt64) -> BlockHeader? { world.withLock { $0.chain.block(number)?.header } }

    /// The logs of a mined transaction, none while it is not.
    package func logs(of transaction: Hash32) -> [Log] {
        world.withLock { world in
            world.chain.mined(transaction).map { $0.block.logs(ofTransactionAt: $0.index) } ?? []
        }
    }

    /// The logs that ask for a job, as the canonical chain has them.
    package var requestLogs: [Log] {
        world.withLock { world in
            world.chain.blocks.filter { !$0.transactions.isEmpty }.flatMap(\.logs).filter { log in
                log.address == bridge && log.topics.first == JobBridgeABI.requested.topic
            }
        }
    }

    /// Every settlement that the contract logged for this job; more than one would be a fault of the contract, none
    /// counts that reverted.
    package func effectiveSettlements(of jobID: UInt256) -> [FakeSettlement] {
        settlements.filter { $0.jobID == jobID }.map(\.settlement)
    }

    /// The answer that each settled job got, by job id.
    package var answers: [UInt256: FakeSettlement.Answer] {
        Dictionary(settlements.map { ($0.jobID, $0.settlement.answer) }) { first, _ in first }
    }

    /// Mined transactions of an account that reverted: money lost.
    package func revertedTransactions(of sender: Address) -> [(hash: Hash32, reason: String)] {
        minedTransactions(of: sender).filter { !$0.succeeded }.map { ($0.transaction.hash, $0.reason ?? "") }
    }

    /// How many transactions of an account are mined.
    package func minedCount(of sender: Address) -> Int { minedTransactions(of: sender).count }

    /// Transactions of an account that wait.
    package func pooled(of sender: Address) -> [SignedTransaction] {
        world.withLock { $0.chain.pool.transactions.compactMap(\.signed).filter { $0.sender == sender } }
    }

    /// All methods called so far, in order, those in batches too.
    package var calls: [String] { world.withLock { $0.calls } }

    package func callCount(_ method: String) -> Int { calls.count { $0 == method } }

    /// How many HTTP requests came.
    package var httpCallCount: Int { world.withLock { $0.httpCalls } }

    private func minedTransactions(of sender: Address) -> [FakeMinedTransaction] {
        world.withLock { world in
            world.chain.blocks.flatMap(\.transactions).filter { $0.transaction.sender == sender }
        }
    }

    private var settlements: [(jobID: UInt256, settlement: FakeSettlement)] {
        // Asked after each step of a simulation, while nearly all blocks are empty.
        var found: [(jobID: UInt256, settlement: FakeSettlement)] = []
        for block in world.withLock({ $0.chain.blocks }) where !block.transactions.isEmpty {
            for mined in block.transactions { found += mined.logs.compactMap { settlement($0, mined, block) } }
        }
        return found
    }

    private func settlement(
        _ log: FakeLog,
        _ mined: FakeMinedTransaction,
        _ block: FakeBlock
    ) -> (jobID: UInt256, settlement: FakeSettlement)? {
        guard log.address == bridge, let (id, answer, succeeded) = answer(log) else { return nil }
        let settlement = FakeSettlement(
            transactionHash: mined.transaction.hash,
            blockNumber: block.header.number,
            sender: mined.transaction.sender,
            answer: answer,
            callbackSucceeded: succeeded
        )
        return (id, settlement)
    }

    private func answer(_ log: FakeLog) -> (UInt256, FakeSettlement.Answer, Bool)? {
        if let values = try? JobBridgeABI.fulfilled.decode(topics: log.topics, data: log.data),
            case .uint(let id) = values[0], case .uint(let type) = values[2], case .string(let result) = values[3],
            case .bool(let succeeded) = values[4]
        {
            let text = String(decoding: result, as: UTF8.self)
            return (id, .fulfilled(resultType: UInt8(truncatingIfNeeded: type.low), result: text), succeeded)
        }
        if let values = try? JobBridgeABI.failed.decode(topics: log.topics, data: log.data),
            case .uint(let id) = values[0], case .string(let reason) = values[2], case .bool(let succeeded) = values[3]
        {
            return (id, .failed(reason: String(decoding: reason, as: UTF8.self)), succeeded)
        }
        return nil
    }
}
