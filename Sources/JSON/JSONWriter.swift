/// Writes compact JSON at the end of a byte array: the same calls give the same bytes.
///
///     var writer = JSONWriter()
///     writer.object { object in
///         object.member("id", 7)
///         object.member("params") { $0.array { $0.string("0x1") } }
///     }
///
/// Names are written in the order of the calls and are not checked for duplicates.
package struct JSONWriter: Sendable {
    /// What has been written.
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// Sets room for `capacity` bytes aside, and takes more when they are needed; below 0 is 0.
    package init(capacity: Int = 0) { bytes.reserveCapacity(max(0, capacity)) }

    /// The bytes of one value.
    package static func bytes(of value: JSONValue) -> [UInt8] {
        var writer = JSONWriter()
        writer.value(value)
        return writer.bytes
    }

    // MARK: Containers

    /// Writes an object with the members that `body` writes, by `member`, or by `key` and a value.
    ///
    /// What `body` throws goes to the caller and leaves the object open: what has been written is then of no use.
    package mutating func object<E: Error>(_ body: (inout JSONWriter) throws(E) -> Void) throws(E) {
        begin(UInt8(ascii: "{"))
        try body(&self)
        end(UInt8(ascii: "}"))
    }

    /// Writes an array with the values that `body` writes.
    ///
    /// What `body` throws goes to the caller and leaves the array open: what has been written is then of no use.
    package mutating func array<E: Error>(_ body: (inout JSONWriter) throws(E) -> Void) throws(E) {
        begin(UInt8(ascii: "["))
        try body(&self)
        end(UInt8(ascii: "]"))
    }

    /// A member's name; its value is what is written next.
    package mutating func key(_ name: String) {
        separate()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    // MARK: Scalars

    /// Writes a string, of whose characters only those are escaped that must be (RFC 8259 §7).
    package mutating func string(_ text: String) {
        separate()
        quote(text)
    }

    package mutating func integer(_ value: some FixedWidthInteger) { raw(String(value)) }
    package mutating func bool(_ value: Bool) { raw(value ? "true" : "false") }
    package mutating func null() { raw("null") }
    /// Writes a number in its own characters.
    package mutating func number(_ value: JSONNumber) { raw(value.text) }

    /// The shortest text that reads back as the same number; `null` for what JSON cannot say (infinities, no number).
    package mutating func number(_ value: Double) { raw(value.isFinite ? value.description : "null") }

    /// A tree: its members in their order, its numbers with their own characters.
    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .number(let value): number(value)
        case .string(let value): string(value)
        case .array(let elements): array { for element in elements { $0.value(element) } }
        case .object(let members): object { for member in members { $0.member(member.name, member.value) } }
        }
    }

    // MARK: Bytes

    private mutating func begin(_ byte: UInt8) {
        separate()
        bytes.append(byte)
        needsComma = false
    }

    private mutating func end(_ byte: UInt8) {
        bytes.append(byte)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func raw(_ text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
    }

    /// RFC 8259 §7: only what must be escaped is.
    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
            case 0x20...: bytes.append(byte)
            default: escape(control: byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(control byte: UInt8) {
        switch byte {
        case 0x08: bytes.append(contentsOf: #"\b"#.utf8)
        case 0x09: bytes.append(contentsOf: #"\t"#.utf8)
        case 0x0a: bytes.append(contentsOf: #"\n"#.utf8)
        case 0x0c: bytes.append(contentsOf: #"\f"#.utf8)
        case 0x0d: bytes.append(contentsOf: #"\r"#.utf8)
        default:
            let digits = Array("0123456789abcdef".utf8)
            bytes.append(contentsOf: #"\u00"#.utf8)
            bytes.append(contentsOf: [digits[Int(byte >> 4)], digits[Int(byte & 15)]])
        }
    }
}
