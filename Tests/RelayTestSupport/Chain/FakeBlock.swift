import Ethereum

/// A block with what was mined in it and the state after it.
struct FakeBlock: Sendable {
    let header: BlockHeader
    let transactions: [FakeMinedTransaction]
    let state: FakeState

    var logs: [Log] {
        var logs: [Log] = []
        for (index, mined) in transactions.enumerated() {
            logs += self.logs(of: mined, at: index, startingAt: logs.count)
        }
        return logs
    }

    /// The logs of the transaction at this index, with their places.
    func logs(ofTransactionAt index: Int) -> [Log] {
        let before = transactions[..<index].reduce(0) { $0 + $1.logs.count }
        return logs(of: transactions[index], at: index, startingAt: before)
    }

    private func logs(of mined: FakeMinedTransaction, at index: Int, startingAt first: Int) -> [Log] {
        mined.logs.enumerated().map { place, log in
            Log(
                address: log.address,
                topics: log.topics,
                data: log.data,
                blockNumber: header.number,
                blockHash: header.hash,
                transactionHash: mined.transaction.hash,
                transactionIndex: UInt64(index),
                logIndex: UInt64(first + place)
            )
        }
    }

    /// The Yellow Paper's M3:2048 over addresses and topics: three bits each.
    var bloom: [UInt8] {
        var bloom = [UInt8](repeating: 0, count: 256)
        for log in transactions.flatMap(\.logs) {
            for item in [log.address.bytes] + log.topics.map(\.bytes) {
                let hash = keccak256(item).bytes
                for pair in [0, 2, 4] {
                    let bit = (Int(hash[pair]) << 8 | Int(hash[pair + 1])) & 2047
                    bloom[255 - bit / 8] |= 1 << UInt8(bit % 8)
                }
            }
        }
        return bloom
    }

    /// Differs for another parent, content or branch.
    static func hash(
        number: UInt64,
        parent: Hash32,
        timestamp: UInt64,
        transactions: [FakeMinedTransaction],
        branch: UInt64
    ) -> Hash32 {
        let text = "block \(number) \(parent.hex) \(timestamp) \(branch)"
        return keccak256(Array(text.utf8) + transactions.flatMap { $0.transaction.hash.bytes })
    }
}
