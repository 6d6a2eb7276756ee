/// Reads numbers and fields as Protocol Buffers have them: <https://protobuf.dev/programming-guides/encoding>.
struct WireReader {
    enum Fault: Error {
        case malformed
    }

    /// A field's value: a number, or bytes with a length.
    enum Value {
        case number(UInt64)
        case bytes(ArraySlice<UInt8>)
    }

    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// A number in groups of seven bits, the least significant ones first.
    mutating func number() throws(Fault) -> UInt64 {
        var number: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = rest.popFirst() else { throw .malformed }
            let bits = UInt64(byte & 0x7f)
            guard shift < 63 || bits <= 1 else { throw .malformed }
            number |= bits << shift
            if byte < 0x80 { return number }
        }
        throw .malformed
    }

    /// The next field; nil at the end.
    ///
    /// Fields of a fixed width have no place in what is read here.
    mutating func field() throws(Fault) -> (key: UInt64, value: Value)? {
        if rest.isEmpty { return nil }
        let tag = try number()
        switch tag & 7 {
        case 0: return (tag >> 3, .number(try number()))
        case 2: return (tag >> 3, .bytes(try bytes()))
        default: throw .malformed
        }
    }

    private mutating func bytes() throws(Fault) -> ArraySlice<UInt8> {
        guard let length = Int(exactly: try number()), length <= rest.count else { throw .malformed }
        defer { rest = rest.dropFirst(length) }
        return rest.prefix(length)
    }

    static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var number = number
        while number >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: number) | 0x80)
            number >>= 7
        }
        bytes.append(UInt8(number))
    }
}
