/// Recursive length prefix.
package enum RLP {
    /// How deep lists may nest when read; transactions need 3.
    package static let maximumDepth = 64

    /// The canonical encoding.
    ///
    /// The length is computed first, so there is one allocation.
    package static func encode(_ item: RLPItem) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(encodedLength(item))
        append(item, to: &bytes)
        return bytes
    }

    private static func append(_ item: RLPItem, to bytes: inout [UInt8]) {
        switch item {
        case .bytes(let value):
            if value.count != 1 || value[0] >= 0x80 { appendPrefix(0x80, value.count, to: &bytes) }
            bytes += value
        case .list(let items):
            appendPrefix(0xc0, payloadLength(items), to: &bytes)
            for item in items { append(item, to: &bytes) }
        }
    }

    /// 0x80 for bytes, 0xc0 for lists: the length in the first byte up to 55, else the length of the length there.
    private static func appendPrefix(_ base: UInt8, _ length: Int, to bytes: inout [UInt8]) {
        guard length > 55 else {
            bytes.append(base &+ UInt8(truncatingIfNeeded: length))
            return
        }
        let size = byteCount(length)
        bytes.append(base &+ 55 &+ UInt8(truncatingIfNeeded: size))
        appendBigEndian(UInt64(length), count: size, to: &bytes)
    }

    private static func encodedLength(_ item: RLPItem) -> Int {
        switch item {
        case .bytes(let value):
            return value.count == 1 && value[0] < 0x80 ? 1 : prefixLength(value.count) + value.count
        case .list(let items):
            let length = payloadLength(items)
            return prefixLength(length) + length
        }
    }

    private static func payloadLength(_ items: [RLPItem]) -> Int { items.reduce(0) { $0 + encodedLength($1) } }

    private static func prefixLength(_ length: Int) -> Int { length > 55 ? 1 + byteCount(length) : 1 }

    private static func byteCount(_ length: Int) -> Int { (Int.bitWidth - length.leadingZeroBitCount + 7) / 8 }
}
