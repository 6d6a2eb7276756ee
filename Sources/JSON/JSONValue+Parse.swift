/// How much text a stranger may send.
package struct JSONLimits: Sendable, Equatable {
    /// Bytes of the whole text.
    package var bytes: Int
    /// Open containers, `JSONReader.depthLimit` at most.
    package var depth: Int

    package init(bytes: Int = 1 << 20, depth: Int = JSONReader.depthLimit) {
        self.bytes = bytes
        self.depth = depth
    }
}

extension JSONValue {
    /// Reads a whole text strictly: one value, RFC 8259 to the letter, UTF-8, no byte order mark, no name twice in an
    /// object, no half surrogate pairs, all within `limits`.
    package static func parse(_ text: Span<UInt8>, limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSONValue {
        guard text.count <= limits.bytes else { throw JSONError(reason: .tooLong, offset: limits.bytes) }
        var reader = JSONReader(text, depthLimit: limits.depth)
        let value = try reader.value()
        try reader.finish()
        return value
    }

    /// As above, from an array.
    package static func parse(_ text: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSONValue {
        try parse(text.span, limits: limits)
    }
}

extension JSONReader {
    /// Reads the value at hand as a tree, refusing duplicate names with the place of the second.
    package mutating func value() throws(JSONError) -> JSONValue {
        switch try peek() {
        case UInt8(ascii: "{"): .object(try members())
        case UInt8(ascii: "["): .array(try elements())
        case UInt8(ascii: "\""): .string(try text())
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool(try bool())
        case UInt8(ascii: "n"): try nothing()
        default: .number(JSONNumber(checked: try anyNumber()))
        }
    }

    private mutating func members() throws(JSONError) -> [JSONMember] {
        var members: [JSONMember] = []
        // Swift hashes with a seed of the process: nobody can choose names that collide.
        var names: Set<[UInt8]> = []
        try enterObject()
        while let (name, offset) = try nextNameWithPlace() {
            guard names.insert(Array(name.utf8)).inserted else {
                throw JSONError(reason: .duplicateKey, offset: offset)
            }
            members.append(JSONMember(name, try value()))
        }
        return members
    }

    /// `nextName()`, and where the name begins.
    private mutating func nextNameWithPlace() throws(JSONError) -> (String, Int)? {
        guard let place = try nextNamePlace() else { return nil }
        let name = String(decoding: try unescaped(place), as: UTF8.self)
        return (name, place.range.lowerBound - 1)
    }

    private mutating func elements() throws(JSONError) -> [JSONValue] {
        var elements: [JSONValue] = []
        try enterArray()
        while try nextElement() { elements.append(try value()) }
        return elements
    }

    private mutating func nothing() throws(JSONError) -> JSONValue {
        _ = try null()
        return .null
    }

    /// A number; what begins no value at all is unexpected rather than of another kind.
    private mutating func anyNumber() throws(JSONError) -> String {
        let first = try peek()
        guard first == UInt8(ascii: "-") || isDigit(first) else { throw failure(.unexpected) }
        return try numberText()
    }
}
