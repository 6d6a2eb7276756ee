import Ethereum
import JSON
import Transport

/// A message of the node on a connection with one subscription (`eth_subscribe`, geth's pub/sub API).
enum HeadFrame: Equatable, Sendable {
    /// The id of the request that subscribes.
    static let requestID: Int64 = 1
    static let request = #"{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}"#

    case subscribed(id: String)
    case refused(String)
    case head(subscription: String, number: UInt64, hash: Hash32)
    /// Well formed, and nothing for us.
    case other
    case malformed(String)

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
        if let refusal { return .refused(oneLine(refusal, limit: 256)) }
        guard id == requestID, let result else { return .other }
        return .subscribed(id: result)
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
        var block: (number: UInt64?, hash: Hash32?)
        try reader.enterObject()
        while let key = try reader.nextKey() {
            switch key {
            case .subscription: subscription = try reader.textIfAny(limit: 128)
            case .result: block = try Self.block(&reader)
            default: try reader.skip()
            }
        }
        guard let subscription, let number = block.number, let hash = block.hash else { return .other }
        return .head(subscription: subscription, number: number, hash: hash)
    }

    private static func block(_ reader: inout JSONReader) throws -> (number: UInt64?, hash: Hash32?) {
        var number: UInt64?
        var hash: Hash32?
        guard try reader.peek() == UInt8(ascii: "{") else {
            try reader.skip()
            return (nil, nil)
        }
        try reader.enterObject()
        while let key = try reader.nextKey() {
            switch key {
            case .number: number = try reader.quantity()
            case .hash: hash = try reader.hash()
            default: try reader.skip()
            }
        }
        return (number, hash)
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
}
