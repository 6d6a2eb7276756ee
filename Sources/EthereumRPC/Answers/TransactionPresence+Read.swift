import Ethereum
import JSON

extension TransactionPresence {
    /// Reads the answer of `eth_getTransactionByHash`, which has checked that it is about `hash`.
    init(_ reader: inout JSONReader, of hash: Hash32) throws {
        guard try !reader.null() else {
            self = .unknown
            return
        }
        var found: Hash32?
        var blockNumber: UInt64?
        var blockHash: Hash32?
        try reader.enterObject()
        while let key = try reader.nextKey() {
            switch key {
            case .hash: found = try reader.hash()
            case .blockNumber: blockNumber = try reader.quantity()
            case .blockHash: blockHash = try reader.hash()
            default: try reader.skip()
            }
        }
        guard found == hash else { throw AnswerFault("another transaction than the one asked for") }
        if let blockNumber, let blockHash, blockNumber <= Int64.max {
            self = .mined(blockNumber: blockNumber, blockHash: blockHash)
        } else {
            self = .pending
        }
    }
}

extension JSONKey {
    fileprivate static let hash: JSONKey = "hash"
    fileprivate static let blockNumber: JSONKey = "blockNumber"
    fileprivate static let blockHash: JSONKey = "blockHash"
}
