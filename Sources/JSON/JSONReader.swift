/// A pull parser over bytes (RFC 8259): no tree, no allocation, every byte that is passed is checked.
///
/// This module reads and writes all JSON of the program. `JSONReader` is for answers whose shape is known and whose size
/// matters (logs by the megabyte), `JSONValue` for small texts that strangers write and that have to be checked whole,
/// `JSONWriter` for everything that is sent or stored. Nothing here does I/O, and no input can trap.
///
///     try reader.enterObject()
///     while let key = try reader.nextKey() {
///         if key == .id { id = try reader.integer() } else { try reader.skip() }
///     }
///     try reader.finish()
///
/// The reader does not notice duplicate keys: the loop above sees both. `JSONValue` refuses them.
package struct JSONReader: ~Escapable {
    /// How many objects and arrays may be open at once: `kinds` has a bit for each.
    package static var depthLimit: Int { 64 }

    let bytes: Span<UInt8>
    /// Where the next byte is read, from the start of the text.
    package internal(set) var offset = 0
    /// Open containers, the innermost in the lowest bit: 1 an object, 0 an array.
    private var kinds: UInt64 = 0
    private var depth = 0
    private var needsComma = false
    private let depthLimit: Int

    /// Reads `bytes` with at most `depthLimit` open containers (never more than `JSONReader.depthLimit`).
    @_lifetime(copy bytes)
    package init(_ bytes: Span<UInt8>, depthLimit: Int = JSONReader.depthLimit) {
        self.bytes = bytes
        self.depthLimit = min(depthLimit, Self.depthLimit)
    }

    @inline(__always)
    func failure(_ reason: JSONError.Reason) -> JSONError { JSONError(reason: reason, offset: offset) }

    /// The next byte that is no white space; the reader stays before it.
    @inline(__always)
    package mutating func peek() throws(JSONError) -> UInt8 {
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte > 0x20 { return byte }
            guard isWhiteSpace(byte) else { throw failure(.unexpected) }
            offset &+= 1
        }
        throw failure(.end)
    }

    /// The bytes that have been passed since `offset` had the value `start`, copied: a value's own text.
    package func passed(since start: Int) -> [UInt8] {
        Array(copying: bytes.extracting(min(max(0, start), offset)..<offset))
    }

    @inline(__always)
    mutating func expect(_ byte: UInt8, else reason: JSONError.Reason = .unexpected) throws(JSONError) {
        guard try peek() == byte else { throw failure(reason) }
        offset &+= 1
    }

    /// Checks that only white space follows and that every container has been left.
    package mutating func finish() throws(JSONError) {
        guard depth == 0 else { throw failure(.unexpected) }
        while offset < bytes.count {
            guard isWhiteSpace(bytes[offset]) else { throw failure(.trailing) }
            offset &+= 1
        }
    }
}

// MARK: - Containers

extension JSONReader {
    /// Passes the brace of an object; another kind of value throws `.kind`.
    package mutating func enterObject() throws(JSONError) { try enter(UInt8(ascii: "{"), kind: 1) }

    /// Passes the bracket of an array; another kind of value throws `.kind`.
    package mutating func enterArray() throws(JSONError) { try enter(UInt8(ascii: "["), kind: 0) }

    /// The next member's name with its colon passed, or nil past the object's end.
    @inline(__always)
    package mutating func nextKey() throws(JSONError) -> JSONKey? {
        guard try standsBeforeMember() else { return nil }
        let key = try key()
        try expect(UInt8(ascii: ":"))
        return key
    }

    /// As `nextKey()`, with the whole name, for objects whose names are not known beforehand.
    package mutating func nextName() throws(JSONError) -> String? {
        guard let place = try nextNamePlace() else { return nil }
        return String(decoding: try unescaped(place), as: UTF8.self)
    }

    /// As `nextKey()`, with the place of the name, not yet unescaped.
    mutating func nextNamePlace() throws(JSONError) -> JSONStringPlace? {
        guard try standsBeforeMember() else { return nil }
        let place = try string()
        try expect(UInt8(ascii: ":"))
        return place
    }

    /// True when the reader stands before an element, false past the array's end.
    @inline(__always)
    package mutating func nextElement() throws(JSONError) -> Bool {
        var byte = try peek()
        if byte == UInt8(ascii: "]") {
            leave()
            return false
        }
        if needsComma {
            guard byte == UInt8(ascii: ",") else { throw failure(.unexpected) }
            offset &+= 1
            byte = try peek()
            if byte == UInt8(ascii: "]") { throw failure(.unexpected) }
        }
        needsComma = true
        return true
    }

    /// Passes any value, checking all of it.
    package mutating func skip() throws(JSONError) {
        let base = depth
        repeat {
            if depth > base {
                if kinds & 1 == 1 {
                    if try nextKey() == nil { continue }
                } else if try !nextElement() {
                    continue
                }
            }
            try skipToken()
        } while depth > base
        needsComma = true
    }

    /// Passes a scalar, or enters a container.
    private mutating func skipToken() throws(JSONError) {
        switch try peek() {
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "{"): try enterObject()
        case UInt8(ascii: "["): try enterArray()
        case UInt8(ascii: "t"), UInt8(ascii: "f"): _ = try bool()
        case UInt8(ascii: "n"): _ = try null()
        default: _ = try number()
        }
    }

    @inline(__always)
    private mutating func standsBeforeMember() throws(JSONError) -> Bool {
        let byte = try peek()
        if byte == UInt8(ascii: "}") {
            leave()
            return false
        }
        if needsComma {
            guard byte == UInt8(ascii: ",") else { throw failure(.unexpected) }
            offset &+= 1
            guard try peek() == UInt8(ascii: "\"") else { throw failure(.unexpected) }
        } else {
            guard byte == UInt8(ascii: "\"") else { throw failure(.unexpected) }
        }
        needsComma = true
        return true
    }

    @inline(__always)
    private mutating func enter(_ open: UInt8, kind: UInt64) throws(JSONError) {
        try expect(open, else: .kind)
        guard depth < depthLimit else {
            offset &-= 1
            throw failure(.depth)
        }
        depth &+= 1
        kinds = kinds << 1 | kind
        needsComma = false
    }

    /// Passes the closing byte of the innermost container.
    @inline(__always)
    private mutating func leave() {
        offset &+= 1
        depth &-= 1
        kinds >>= 1
        needsComma = true
    }
}

/// RFC 8259 §2.
@inline(__always)
private func isWhiteSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 }
