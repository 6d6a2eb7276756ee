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
    case error(Refusal)

    /// Reads an answer to the request `id`; `read` reads the result where it stands.
    static func read(_ body: [UInt8], id: UInt64, _ read: (inout JSONReader) throws -> Value) throws -> Envelope {
        var reader = JSONReader(body.span)
        let parts = try parts(&reader, read)
        try reader.finish()
        return try parts.envelope(for: id)
    }

    /// Reads the answer to the request `id` where it stands among others.
    static func read(
        _ reader: inout JSONReader,
        id: UInt64,
        _ read: (inout JSONReader) throws -> Value
    ) throws -> Envelope {
        try parts(&reader, read).envelope(for: id)
    }

    /// Reads an answer to whatever request.
    static func readAny(
        _ reader: inout JSONReader,
        _ read: (inout JSONReader) throws -> Value
    ) throws -> Envelope {
        try parts(&reader, read).anyEnvelope()
    }

    private static func parts(
        _ reader: inout JSONReader,
        _ read: (inout JSONReader) throws -> Value
    ) throws -> Parts {
        var parts = Parts()
        let start = reader
        try reader.enterObject()
        while let key = try reader.nextKey() {
            switch key {
            case .id: parts.id = try AnswerID(&reader)
            case .error: if try !reader.null() { parts.error = .error(try Refusal(&reader)) }
            case .result:
                guard parts.result == nil, !parts.isNull else { throw AnswerFault("two results") }
                parts.isNull = try reader.null()
                if !parts.isNull { parts.result = try read(&reader) }
            default: try reader.skip()
            }
        }
        // Read last, as some servers send a null result beside a refusal; where it stands, so that an error tells its place.
        guard parts.isNull, parts.error == nil else { return parts }
        var again = start
        try again.enterObject()
        while let key = try again.nextKey() {
            guard key == .result else {
                try again.skip()
                continue
            }
            parts.result = try read(&again)
            break
        }
        return parts
    }

    private struct Parts {
        var id: AnswerID?
        var isNull = false
        var result: Value?
        var error: Envelope?

        /// A node that could not read the request answers with the id `null` (§5); that goes for refusals only.
        func envelope(for expected: UInt64) throws(AnswerFault) -> Envelope {
            guard id == .number(expected) || (error != nil && id == .null) else {
                throw AnswerFault("the answer is to another request")
            }
            return try anyEnvelope()
        }

        func anyEnvelope() throws(AnswerFault) -> Envelope {
            if let error { return error }
            guard let result else { throw AnswerFault("neither result nor error") }
            return .result(result)
        }
    }
}

/// The member `id` of an answer.
enum AnswerID: Equatable {
    case number(UInt64)
    case null
    case other

    /// Of the answer that comes next, whose other members stay unread.
    static func next(in reader: JSONReader) throws(JSONError) -> AnswerID? {
        var ahead = reader
        try ahead.enterObject()
        while let key = try ahead.nextKey() {
            if key == .id { return try AnswerID(&ahead) }
            try ahead.skip()
        }
        return nil
    }

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
}
