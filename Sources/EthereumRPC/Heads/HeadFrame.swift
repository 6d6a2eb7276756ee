import Ethereum
import JSON
import Transport

/// A message of the node on a connection with a subscription to heads and one to logs (`eth_subscribe`, geth's pub/sub
/// API).
enum HeadFrame: Equatable, Sendable {
    /// What is subscribed to; the raw value is the id of the request.
    enum Topic: Int64, Sendable {
        case heads = 1
        case logs = 2
    }

    case subscribed(Topic, id: String)
    /// Of a request that the node does not name: of the heads.
    case refused(Topic, String)
    case head(subscription: String, number: UInt64, hash: Hash32)
    case log(subscription: String, blockNumber: UInt64, removed: Bool)
    /// Well formed, and nothing for us.
    case other
    case malformed(String)

    static func request(_ topic: Topic, _ subject: LogSubject? = nil) -> String {
        var writer = JSONWriter()
        writer.object { object in
            object.member("jsonrpc", "2.0")
            object.member("id", topic.rawValue)
            object.member("method", "eth_subscribe")
            object.member("params") { params in
                params.array { array in
                    array.string(topic == .heads ? "newHeads" : "logs")
                    if topic == .logs, let subject { subject.write(to: &array) }
                }
            }
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    init(_ message: [UInt8]) {
        do {
            var reader = JSONReader(message.span)
            self = try Self.read(&reader)
            try reader.finish()
        } catch {
            self = .malformed("\(error)")
        }
    }

    private static func read(_ reader: inout JSONReader) throws -> HeadFrame {
        var id: Int64?
        var result: String?
        var refusal: String?
        var notification: HeadFrame?
        try reader.enterObject()
        while let key = try reader.nextKey() {
            switch key {
            case .id: id = try reader.optionalInteger()
            case .result: result = try reader.textIfAny(limit: 128)
            case .error: refusal = try Self.refusal(&reader)
            case .params: notification = try Self.notification(&reader)
            default: try reader.skip()
            }
        }
        if let notification { return notification }
        let topic = id.flatMap { Topic(rawValue: $0) }
        if let refusal { return .refused(topic ?? .heads, oneLine(refusal, limit: 256)) }
        guard let topic, let result else { return .other }
        return .subscribed(topic, id: result)
    }

    private static func refusal(_ reader: inout JSONReader) throws -> String {
        var message = ""
        try reader.enterObject()
        while let key = try reader.nextKey() {
            if key == .message { message = try reader.textIfAny() ?? "" } else { try reader.skip() }
        }
        return message
    }

    private static func notification(_ reader: inout JSONReader) throws -> HeadFrame {
        guard try reader.peek() == UInt8(ascii: "{") else {
            try reader.skip()
            return .other
        }
        var subscription: String?
        var news = News()
        try reader.enterObject()
        while let key = try reader.nextKey() {
            switch key {
            case .subscription: subscription = try reader.textIfAny(limit: 128)
            case .result: news = try News(&reader)
            default: try reader.skip()
            }
        }
        guard let subscription else { return .other }
        if let number = news.number, let hash = news.hash {
            return .head(subscription: subscription, number: number, hash: hash)
        }
        // One without a block is of a transaction that is not mined.
        guard let blockNumber = news.blockNumber else { return .other }
        return .log(subscription: subscription, blockNumber: blockNumber, removed: news.removed)
    }

    /// A block's members, or a log's.
    private struct News {
        var number: UInt64?
        var hash: Hash32?
        var blockNumber: UInt64?
        var removed = false

        init() {}

        init(_ reader: inout JSONReader) throws {
            guard try reader.peek() == UInt8(ascii: "{") else {
                try reader.skip()
                return
            }
            try reader.enterObject()
            while let key = try reader.nextKey() {
                switch key {
                case .number: number = try reader.quantity()
                case .hash: hash = try reader.hash()
                case .blockNumber: blockNumber = try reader.quantity()
                case .removed: removed = try reader.peek() == UInt8(ascii: "t") ? reader.bool() : Self.skipped(&reader)
                default: try reader.skip()
                }
            }
        }

        private static func skipped(_ reader: inout JSONReader) throws(JSONError) -> Bool {
            try reader.skip()
            return false
        }
    }
}

extension JSONKey {
    fileprivate static let id: JSONKey = "id"
    fileprivate static let result: JSONKey = "result"
    fileprivate static let error: JSONKey = "error"
    fileprivate static let message: JSONKey = "message"
    fileprivate static let params: JSONKey = "params"
    fileprivate static let subscription: JSONKey = "subscription"
    fileprivate static let number: JSONKey = "number"
    fileprivate static let hash: JSONKey = "hash"
    fileprivate static let blockNumber: JSONKey = "blockNumber"
    fileprivate static let removed: JSONKey = "removed"
}
