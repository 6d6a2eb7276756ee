package import Ethereum
import JSON
import Transport

/// Transactions and what they cost.
extension EthereumClient {
    /// Hands signed bytes to the node, or to all nodes at once; returns their hash when one has them, and the others have
    /// answered or had two seconds more.
    ///
    /// What a refusal means: `RPCError.sendFailure`. Of several refusals that one is thrown which says most of where the
    /// bytes may be.
    package func send(raw bytes: [UInt8]) async throws(RPCError) -> Hash32 {
        guard pinned == nil, nodeCount > 1 else { return try await hand(over: bytes) }
        let outcomes = await handOver(bytes, to: known)
        guard let best = outcomes.min(by: { $0.rank < $1.rank }) else { return try await hand(over: bytes) }
        return try best.get()
    }

    /// What came of it at each node, in their order; those that are too slow are left out once one has the bytes.
    private func handOver(_ bytes: [UInt8], to all: [EthereumClient]) async -> [Result<Hash32, RPCError>] {
        var outcomes: [Int: Result<Hash32, RPCError>] = [:]
        await withTaskGroup(of: (Int, Result<Hash32, RPCError>)?.self) { group in
            for (place, node) in all.enumerated() {
                group.addTask { (place, await node.handOver(bytes)) }
            }
            var isAtOne = false
            while outcomes.count < all.count, let (place, outcome) = await group.next() ?? nil {
                outcomes[place] = outcome
                guard case .success = outcome, !isAtOne else { continue }
                isAtOne = true
                group.addTask { [time = nodes.time] in
                    try? await time.sleep(for: .seconds(2))
                    return nil
                }
            }
            group.cancelAll()
        }
        return outcomes.sorted { $0.key < $1.key }.map(\.value)
    }

    private func handOver(_ bytes: [UInt8]) async -> Result<Hash32, RPCError> {
        do throws(RPCError) {
            return .success(try await hand(over: bytes))
        } catch {
            return .failure(error)
        }
    }

    private func hand(over bytes: [UInt8]) async throws(RPCError) -> Hash32 {
        let expected = keccak256(bytes)
        return try await call("eth_sendRawTransaction", .bytes(bytes)) { reader in
            guard try reader.hash() == expected else { throw AnswerFault("another hash than that of the bytes sent") }
            return expected
        }
    }

    /// The receipt of a mined transaction, or `nil`.
    ///
    /// A node that is still indexing says so by an error, which is retried.
    package func receipt(of transaction: Hash32) async throws(RPCError) -> Receipt? {
        try await call("eth_getTransactionReceipt", .hash(transaction), answerLimit: AnswerLimit.receipt) {
            reader -> Receipt? in
            guard try !reader.null() else { return nil }
            let receipt = try Receipt(&reader)
            guard receipt.transactionHash == transaction else { throw AnswerFault("another transaction's receipt") }
            return receipt
        }
    }

    /// Whether the node knows a transaction.
    package func presence(of transaction: Hash32) async throws(RPCError) -> TransactionPresence {
        try await call("eth_getTransactionByHash", .hash(transaction)) { reader in
            try TransactionPresence(&reader, of: transaction)
        }
    }

    /// What a transaction called, and with what; nil where the node does not know it, or where it creates a contract.
    package func call(in transaction: Hash32) async throws(RPCError) -> CallRequest? {
        try await call("eth_getTransactionByHash", .hash(transaction), answerLimit: AnswerLimit.receipt) {
            reader -> CallRequest? in
            guard try !reader.null() else { return nil }
            var found: Hash32?
            var to: Address?
            var data: [UInt8] = []
            try reader.enterObject()
            while let key = try reader.nextKey() {
                switch key {
                case "hash": found = try reader.hash()
                case "to": to = try reader.null() ? nil : try reader.address()
                case "input": data = try expect(try reader.hex(), "input")
                default: try reader.skip()
                }
            }
            guard found == transaction else { throw AnswerFault("another transaction than the one asked for") }
            return to.map { CallRequest(to: $0, data: data) }
        }
    }

    /// The account that signed a transaction; nil where the node does not know it.
    package func sender(of transaction: Hash32) async throws(RPCError) -> Address? {
        try await call("eth_getTransactionByHash", .hash(transaction)) { reader -> Address? in
            guard try !reader.null() else { return nil }
            var found: Hash32?
            var sender: Address?
            try reader.enterObject()
            while let key = try reader.nextKey() {
                switch key {
                case "hash": found = try reader.hash()
                case "from": sender = try reader.address()
                default: try reader.skip()
                }
            }
            guard found == transaction, let sender else { throw AnswerFault("another transaction, or nobody's") }
            return sender
        }
    }

    /// The base fee of the head, and the tip that the node proposes (or, if it has no such method, half of the last
    /// blocks' transactions paid).
    package func feeQuote() async throws(RPCError) -> FeeQuote {
        guard let head = try await header(at: .latest) else {
            throw RPCError(
                method: "eth_getBlockByNumber",
                endpoint: maskedEndpoint,
                kind: .malformed("no latest block")
            )
        }
        return FeeQuote(
            blockNumber: head.number,
            baseFeePerGas: head.baseFeePerGas,
            maxPriorityFeePerGas: try await priorityFee()
        )
    }

    private func priorityFee() async throws(RPCError) -> UInt256 {
        do {
            return try await call("eth_maxPriorityFeePerGas") { try expect($0.wideQuantity(), "priority fee") }
        } catch {
            guard error.isMissingMethod else { throw error }
            // The median tip of each of the last five blocks.
            return try await call("eth_feeHistory", .text("0x5"), .block(.latest), .percentiles([50])) { reader in
                try RewardReader.median(&reader)
            }
        }
    }
}

extension Result where Success == Hash32, Failure == RPCError {
    /// What tells most of where signed bytes are comes first.
    fileprivate var rank: Int {
        switch self {
        case .success: 0
        case .failure(let error) where error.sendFailure == .alreadyKnown: 1
        case .failure(let error) where error.outcomeUnknown: 2
        case .failure: 3
        }
    }
}
