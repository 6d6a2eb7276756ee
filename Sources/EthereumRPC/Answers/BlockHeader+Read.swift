import Ethereum
import JSON

extension BlockHeader {
    /// Reads a block or a `newHeads` frame: the members that matter, in whatever order.
    init(_ reader: inout JSONReader) throws {
        var number: UInt64?
        var hash: Hash32?
        var parentHash: Hash32?
        var timestamp: UInt64?
        var gasLimit: UInt64?
        var gasUsed: UInt64?
        var baseFee: UInt256?
        var logsBloom: LogsBloom?
        try reader.enterObject()
        while let key = try reader.nextKey() {
            switch key {
            case .number: number = try reader.quantity()
            case .hash: hash = try reader.hash()
            case .parentHash: parentHash = try reader.hash()
            case .timestamp: timestamp = try reader.quantity()
            case .gasLimit: gasLimit = try reader.quantity()
            case .gasUsed: gasUsed = try reader.quantity()
            case .baseFeePerGas: baseFee = try reader.null() ? nil : expect(reader.wideQuantity(), "baseFeePerGas")
            // Never a reason to refuse the block: no use is made of it where it is missing.
            case .logsBloom: logsBloom = try reader.hex().flatMap { LogsBloom($0) }
            default: try reader.skip()
            }
        }
        self.init(
            number: try expect(number.flatMap { $0 <= Int64.max ? $0 : nil }, "number"),
            hash: try expect(hash, "hash"),
            parentHash: try expect(parentHash, "parentHash"),
            timestamp: try expect(timestamp, "timestamp"),
            baseFeePerGas: baseFee,
            gasLimit: try expect(gasLimit, "gasLimit"),
            gasUsed: try expect(gasUsed, "gasUsed"),
            logsBloom: logsBloom
        )
    }
}

extension JSONKey {
    fileprivate static let number: JSONKey = "number"
    fileprivate static let hash: JSONKey = "hash"
    fileprivate static let parentHash: JSONKey = "parentHash"
    fileprivate static let timestamp: JSONKey = "timestamp"
    fileprivate static let gasLimit: JSONKey = "gasLimit"
    fileprivate static let gasUsed: JSONKey = "gasUsed"
    fileprivate static let baseFeePerGas: JSONKey = "baseFeePerGas"
    fileprivate static let logsBloom: JSONKey = "logsBloom"
}
