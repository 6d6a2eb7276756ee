import JSON

/// What is well-formed JSON and still no answer.
struct AnswerFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The outer object of an answer (JSON-RPC 2.0 §5).
enum Envelope<Value> {
    case result(Value)
    /// The node's own refusal; `data` as bytes if it is hex, which reverts are.
    case error(code: Int64, message: String, data: [UInt8]?)

    /// Reads an answer to the request `id`; `read` reads the result where it stands.
    static func read(_ body: [UInt8], id: UInt64, _ read: (inout JSONReader) throws -> Value) throws -> Envelope {
        var reader = JSONReader(body.span)
        var parts = Parts()
        try reader.enterObject()
        while let key = try reader.nextKey() {
            switch key {
            case .id: parts.id = try AnswerID(&reader)
            case .error: if try !reader.null() { parts.error = try RefusalReader.read(&reader) }
            case .result:
                guard parts.result == nil, !parts.isNull else { throw AnswerFault("two results") }
                parts.isNull = try reader.null()
                if !parts.isNull { parts.result = try read(&reader) }
            default: try reader.skip()
            }
        }
        try reader.finish()
        // Read last, as some servers send a null result beside a refusal.
        if parts.isNull, parts.error == nil {
            let null = Array("null".utf8)
            var reader = JSONReader(null.span)
            parts.result = try read(&reader)
        }
        return try parts.envelope(for: id)
    }

    private struct Parts {
        var id: AnswerID?
        var isNull = false
        var result: Value?
        var error: Envelope?

        /// A node that could not read the request answers with the id `null` (§5); that goes for refusals only.
        func envelope(for expected: UInt64) throws -> Envelope {
            if let error, id == .number(expected) || id == .null { return error }
            guard id == .number(expected) else { throw AnswerFault("the answer is to another request") }
            guard let result else { throw AnswerFault("neither result nor error") }
            return .result(result)
        }
    }

    private enum RefusalReader {
        static func read(_ reader: inout JSONReader) throws -> Envelope {
            var code: Int64 = 0
            var message = ""
            var data: [UInt8]?
            try reader.enterObject()
            while let key = try reader.nextKey() {
                switch key {
                case .code: code = try reader.integer()
                case .message: message = try reader.textIfAny() ?? ""
                case .data: data = try reader.hex()
                default: try reader.skip()
                }
            }
            return .error(code: code, message: message, data: data)
        }
    }
}

/// The member `id` of an answer.
private enum AnswerID: Equatable {
    case number(UInt64)
    case null
    case other

    init(_ reader: inout JSONReader) throws(JSONError) {
        switch try reader.peek() {
        case UInt8(ascii: "n"):
            _ = try reader.null()
            self = .null
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            self = UInt64(exactly: try reader.integer()).map(AnswerID.number) ?? .other
        default:
            try reader.skip()
            self = .other
        }
    }
}

extension JSONKey {
    fileprivate static let id: JSONKey = "id"
    fileprivate static let result: JSONKey = "result"
    fileprivate static let error: JSONKey = "error"
    fileprivate static let code: JSONKey = "code"
    fileprivate static let message: JSONKey = "message"
    fileprivate static let data: JSONKey = "data"
}
