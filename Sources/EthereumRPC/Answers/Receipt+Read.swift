import Ethereum
import JSON

extension Receipt {
    /// Reads a receipt.
    ///
    /// Logs of it that are none are left out: its outcome does not depend on them.
    init(_ reader: inout JSONReader) throws {
        var draft = Draft()
        try reader.enterObject()
        // By whole names: `effectiveGasPrice` is longer than a packed key.
        while let name = try reader.nextName() { try draft.read(name, &reader) }
        self.init(
            transactionHash: try expect(draft.transactionHash, "transactionHash"),
            blockNumber: try expect(draft.blockNumber, "blockNumber"),
            blockHash: try expect(draft.blockHash, "blockHash"),
            succeeded: try expect(draft.succeeded, "status"),
            gasUsed: try expect(draft.gasUsed, "gasUsed"),
            // Some chains leave it out; it only says what the transaction cost.
            effectiveGasPrice: draft.effectiveGasPrice ?? .zero,
            contractAddress: draft.contractAddress,
            logs: draft.logs
        )
    }

    private struct Draft {
        var transactionHash: Hash32?
        var blockNumber: UInt64?
        var blockHash: Hash32?
        var succeeded: Bool?
        var gasUsed: UInt64?
        var effectiveGasPrice: UInt256?
        var contractAddress: Address?
        var logs: [Log] = []

        mutating func read(_ name: String, _ reader: inout JSONReader) throws {
            switch name {
            case "transactionHash": transactionHash = try reader.hash()
            case "blockNumber": blockNumber = try reader.quantity().flatMap { $0 <= Int64.max ? $0 : nil }
            case "blockHash": blockHash = try reader.hash()
            case "status": succeeded = try reader.quantity().flatMap { $0 <= 1 ? $0 == 1 : nil }
            case "gasUsed": gasUsed = try reader.quantity()
            case "effectiveGasPrice": effectiveGasPrice = try reader.wideQuantity()
            case "contractAddress": contractAddress = try reader.address()
            case "logs": logs = try LogBatch(&reader).logs
            default: try reader.skip()
            }
        }
    }
}
