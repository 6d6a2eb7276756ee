import Ethereum

/// The chain as a value: what is mined, what waits, what left the chain.
struct FakeChainWorld: Sendable {
    let chainID: UInt64
    let gasLimit: UInt64 = 30_000_000
    var baseFee: UInt256 = 1_000_000_000
    var tip: UInt256 = 1_000_000_000
    /// Canonical, from genesis on.
    private(set) var blocks: [FakeBlock]
    /// No longer canonical; a node still answers for them by hash.
    private(set) var orphans: [Hash32: FakeBlock] = [:]
    var pool = FakeMempool()
    /// Contracts and balances that a test sets take effect with the next block and in the latest state at once.
    private var branch: UInt64 = 0
    private var dictated: UInt64 = 0
    /// Seconds between blocks where the clock says nothing else.
    var blockTime: UInt64 = 12
    /// Blocks that have to follow before a receipt is shown.
    var receiptDelay: UInt64 = 0
    var hidesReceipts = false
    /// Whether several blocks may have the same time, as where they come faster than once a second.
    var sharesSeconds = false
    var mining = FakeChain.Mining.manual
    /// More blocks in one `eth_getLogs` are refused.
    var logRangeLimit: UInt64?
    var logRangeFailure = RPCFailure(code: -32_005, "block range is too large")

    /// How the node that shows it behaves.
    var manners = NodeManners()
    /// Blocks that the change under way has taken out, oldest first.
    var lastRemoved: [FakeBlock] = []
    /// Heights that the next block leaves out.
    private var skipped: UInt64 = 0

    /// The canonical block of each mined transaction.
    private(set) var places: [Hash32: (block: UInt64, index: Int)] = [:]

    init(chainID: UInt64, timestamp: UInt64) {
        self.chainID = chainID
        let hash = FakeBlock.hash(number: 0, parent: .zero, timestamp: timestamp, transactions: [], branch: chainID)
        let header = BlockHeader(
            number: 0,
            hash: hash,
            parentHash: .zero,
            timestamp: timestamp,
            baseFeePerGas: 1_000_000_000,
            gasLimit: 30_000_000,
            gasUsed: 0
        )
        blocks = [FakeBlock(header: header, transactions: [], state: FakeState())]
    }

    var head: FakeBlock { blocks[blocks.count - 1] }
    var state: FakeState { head.state }

    /// Changes the state after the head, as if it had always been so.
    mutating func changeState(_ change: (inout FakeState) -> Void) {
        var state = head.state
        change(&state)
        blocks[blocks.count - 1] = FakeBlock(header: head.header, transactions: head.transactions, state: state)
    }

    func block(_ hash: Hash32) -> FakeBlock? {
        if let orphan = orphans[hash] { return orphan }
        return blocks.last { $0.header.hash == hash }
    }

    /// nil beyond the head, and where the height has no block.
    func block(_ number: UInt64) -> FakeBlock? {
        guard let block = block(atOrBelow: number), block.header.number == number else { return nil }
        return block
    }

    func block(atOrBelow number: UInt64) -> FakeBlock? { blocks[..<place(above: number)].last }

    /// The blocks of these heights.
    func blocks(_ range: ClosedRange<UInt64>) -> ArraySlice<FakeBlock> {
        let end = place(above: range.upperBound)
        let start = range.lowerBound == 0 ? 0 : place(above: range.lowerBound - 1)
        return blocks[min(start, end)..<end]
    }

    /// The index of the first block above this height.
    private func place(above number: UInt64) -> Int {
        var (low, high) = (0, blocks.count)
        while low < high {
            let middle = low + (high - low) / 2
            if blocks[middle].header.number <= number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func mined(_ hash: Hash32) -> (block: FakeBlock, index: Int)? {
        guard let place = places[hash], let block = block(place.block) else { return nil }
        return (block, place.index)
    }

    // MARK: - Mining

    mutating func dictate(_ steps: [FakeTransaction.Step], by sender: Address) -> Hash32 {
        dictated += 1
        let transaction = FakeTransaction(dictated: steps, by: sender, number: dictated)
        pool.add(dictated: transaction)
        return transaction.hash
    }

    /// Mines one block of what can be mined.
    mutating func mine(at seconds: UInt64, onlyEmpty: Bool = false) {
        var state = head.state
        let number = head.header.number + 1 + skipped
        skipped = 0
        var mined: [FakeMinedTransaction] = []
        var gasLeft = gasLimit
        while !onlyEmpty, let next = nextExecutable(state, gasLeft, without: mined) {
            let result = state.execute(next, blockNumber: number, baseFee: baseFee)
            gasLeft -= min(gasLeft, next.signed?.transaction.gasLimit ?? result.gasUsed)
            mined.append(result)
        }
        let timestamp = max(head.header.timestamp + (sharesSeconds ? 0 : 1), seconds)
        let hash = FakeBlock.hash(
            number: number,
            parent: head.header.hash,
            timestamp: timestamp,
            transactions: mined,
            branch: branch
        )
        let header = BlockHeader(
            number: number,
            hash: hash,
            parentHash: head.header.hash,
            timestamp: timestamp,
            baseFeePerGas: baseFee,
            gasLimit: gasLimit,
            gasUsed: mined.reduce(0) { $0 + $1.gasUsed }
        )
        for (index, transaction) in mined.enumerated() { places[transaction.transaction.hash] = (number, index) }
        blocks.append(FakeBlock(header: header, transactions: mined, state: state))
        pool.remove(mined.map(\.transaction))
        pool.removeSpent(state)
    }

    private func nextExecutable(
        _ state: FakeState,
        _ gasLeft: UInt64,
        without mined: [FakeMinedTransaction]
    ) -> FakeTransaction? {
        let done = Set(mined.map(\.transaction.hash))
        return pool.transactions.first { transaction in
            guard !done.contains(transaction.hash) else { return false }
            guard let signed = transaction.signed else { return gasLeft > 0 }
            return signed.transaction.nonce == state.nonces[signed.sender] ?? 0
                && signed.transaction.maxFeePerGas >= baseFee && signed.transaction.gasLimit <= gasLeft
        }
    }

    /// Takes the last `depth` blocks out of the chain; their transactions go back to the pool where `keeping` says so.
    mutating func rollBack(depth: Int, keeping: Bool) {
        branch += 1
        let removed = Array(blocks.suffix(min(depth, blocks.count - 1)))
        blocks.removeLast(removed.count)
        lastRemoved = removed + lastRemoved
        for block in removed {
            orphans[block.header.hash] = block
            for transaction in block.transactions { places[transaction.transaction.hash] = nil }
        }
        if keeping { pool.putBack(removed.flatMap { $0.transactions.map(\.transaction) }) }
    }

    mutating func skip(_ heights: UInt64) { skipped += heights }

    /// Shows less, as a node that is not as far.
    mutating func fallBehind(_ depth: Int) {
        let removed = blocks.suffix(min(depth, blocks.count - 1))
        blocks.removeLast(removed.count)
        for block in removed {
            for transaction in block.transactions { places[transaction.transaction.hash] = nil }
        }
    }

    /// What is mined from now on is of a branch that nobody else has.
    mutating func leaveTheOthers() { branch += 1_000 }

    // MARK: - Sending

    /// - Throws: what geth answers.
    mutating func send(_ raw: [UInt8]) throws(RPCFailure) -> Hash32 {
        guard raw.count > 1 else { throw RPCFailure("typed transaction too short") }
        let signed: SignedTransaction
        do {
            signed = try EIP1559Transaction.decode(raw)
        } catch {
            throw RPCFailure("rlp: \(error)")
        }
        let fee = signed.transaction.maxFeePerGas.multipliedSaturating(by: UInt256(signed.transaction.gasLimit))
        guard fee <= 1_000_000_000_000_000_000 else {
            throw RPCFailure("tx fee (\(ether(fee)) ether) exceeds the configured cap (1.00 ether)")
        }
        try pool.add(signed, chainID: chainID, gasLimit: gasLimit, state: state)
        return signed.hash
    }

    /// With two decimals, cut.
    private func ether(_ wei: UInt256) -> String {
        let hundredths = wei.quotientAndRemainder(dividingBy: 10_000_000_000_000_000).quotient
        let (whole, rest) = hundredths.quotientAndRemainder(dividingBy: 100)
        return "\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }
}
