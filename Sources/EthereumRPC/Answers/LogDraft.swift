import Ethereum
import JSON

/// A log while its members are read, in whatever order they come.
struct LogDraft {
    private var address: Address?
    private var topics: [Hash32]?
    private var data: [UInt8]?
    private var blockHash: Hash32?
    private var transactionHash: Hash32?
    private var transactionIndex: UInt64?
    private var removed = false
    /// Without a place in a block: of a transaction that is not mined.
    private var isPlaceless = false
    private(set) var blockNumber: UInt64?
    private(set) var logIndex: UInt64?
    /// The first member that is wrong.
    private var fault: StaticString?

    /// Reads one object; what is no JSON throws, what is no log becomes the draft's fault.
    @inline(__always)
    mutating func read(_ reader: inout JSONReader, _ arena: inout ByteArena) throws(JSONError) {
        try reader.enterObject()
        while let key = try reader.nextKey() {
            switch key {
            case .address:
                address = try checked(Address(hex(&reader, &arena) ?? []), isFirst: address == nil, "address")
            case .topics: try readTopics(&reader, &arena)
            case .data: data = try checked(hex(&reader, &arena), isFirst: data == nil, "data")
            case .blockNumber:
                guard try !isNull(&reader) else { continue }
                blockNumber = try checked(reader.quantity(), isFirst: blockNumber == nil, "blockNumber")
            case .blockHash:
                guard try !isNull(&reader) else { continue }
                blockHash = try checked(hash(&reader, &arena), isFirst: blockHash == nil, "blockHash")
            case .transactionHash:
                transactionHash = try checked(hash(&reader, &arena), isFirst: transactionHash == nil, "transactionHash")
            case .transactionIndex:
                transactionIndex = try checked(reader.quantity(), isFirst: transactionIndex == nil, "transactionIndex")
            case .logIndex:
                guard try !isNull(&reader) else { continue }
                logIndex = try checked(reader.quantity(), isFirst: logIndex == nil, "logIndex")
            case .removed: try readRemoved(&reader)
            default: try reader.skip()
            }
        }
    }

    /// Of a transaction that is not mined: block or index are `null`, or the block's hash is zero, and nothing is wrong.
    var isPending: Bool { fault == nil && (isPlaceless || blockHash == .zero) }

    /// Why there is no log.
    var reason: String { fault.map { "bad \($0)" } ?? "a member is missing" }

    /// The log, unless something is missing or wrong.
    var log: Log? {
        guard fault == nil, !isPlaceless, let address, let topics, let data, let blockNumber, let blockHash,
            let transactionHash,
            let transactionIndex, let logIndex, blockNumber <= Int64.max, logIndex <= UInt32.max,
            transactionIndex <= UInt32.max
        else { return nil }
        return Log(
            address: address,
            topics: topics,
            data: data,
            blockNumber: blockNumber,
            blockHash: blockHash,
            transactionHash: transactionHash,
            transactionIndex: transactionIndex,
            logIndex: logIndex,
            removed: removed
        )
    }

    /// A member's value.
    ///
    /// A second member of the same name, or a value of another form, is a fault.
    @inline(__always)
    private mutating func checked<Value>(_ value: Value?, isFirst: Bool, _ name: StaticString) -> Value? {
        if !isFirst || value == nil { fault = fault ?? name }
        return value
    }

    /// Passes a `null` in a log's place.
    @inline(__always)
    private mutating func isNull(_ reader: inout JSONReader) throws(JSONError) -> Bool {
        guard try reader.null() else { return false }
        isPlaceless = true
        return true
    }

    @inline(__always)
    private func hex(_ reader: inout JSONReader, _ arena: inout ByteArena) throws(JSONError) -> [UInt8]? {
        arena.removeAll()
        return try reader.hexBytes(into: &arena).map { arena[$0] }
    }

    @inline(__always)
    private func hash(_ reader: inout JSONReader, _ arena: inout ByteArena) throws(JSONError) -> Hash32? {
        arena.removeAll()
        return try reader.hexBytes(into: &arena).flatMap { Hash32(arena.span.extracting($0)) }
    }

    @inline(__always)
    private mutating func readTopics(_ reader: inout JSONReader, _ arena: inout ByteArena) throws(JSONError) {
        guard try reader.peek() == UInt8(ascii: "[") else {
            try reader.skip()
            fault = fault ?? "topics"
            return
        }
        var found: [Hash32] = []
        found.reserveCapacity(4)
        try reader.enterArray()
        while try reader.nextElement() {
            guard let topic = try hash(&reader, &arena), found.count < 4 else {
                fault = fault ?? "topics"
                continue
            }
            found.append(topic)
        }
        topics = checked(found, isFirst: topics == nil, "topics")
    }

    /// Absent means false; null and others are a fault.
    private mutating func readRemoved(_ reader: inout JSONReader) throws(JSONError) {
        switch try reader.peek() {
        case UInt8(ascii: "t"), UInt8(ascii: "f"):
            removed = try reader.bool()
        default:
            try reader.skip()
            fault = fault ?? "removed"
        }
    }
}

extension JSONKey {
    fileprivate static let address: JSONKey = "address"
    fileprivate static let topics: JSONKey = "topics"
    fileprivate static let data: JSONKey = "data"
    fileprivate static let removed: JSONKey = "removed"
    fileprivate static let blockNumber: JSONKey = "blockNumber"
    fileprivate static let blockHash: JSONKey = "blockHash"
    fileprivate static let logIndex: JSONKey = "logIndex"
    fileprivate static let transactionHash: JSONKey = "transactionHash"
    fileprivate static let transactionIndex: JSONKey = "transactionIndex"
}
