/// A member name of up to 16 bytes, compared as two words: choosing among ten names needs no string.
///
/// Longer names and names with escapes compare equal to nothing that a program asks for. Declare the keys of an answer as
/// static constants (`extension JSONKey { static let result: JSONKey = "result" }`), so that a literal is packed once.
package struct JSONKey: Equatable, Sendable, ExpressibleByStringLiteral {
    let low: UInt64
    let high: UInt64
    let length: Int

    @inline(__always)
    init(low: UInt64, high: UInt64, length: Int) {
        self.low = low
        self.high = high
        self.length = length
    }

    static let unknown = JSONKey(low: 0, high: 0, length: -1)

    /// For `switch`: the general one, over any `Equatable`, goes through a witness for each case in each key.
    @inline(__always)
    package static func ~= (pattern: JSONKey, key: JSONKey) -> Bool {
        pattern.low == key.low && pattern.high == key.high && pattern.length == key.length
    }

    /// A key of the program's own; it is an error in the program if the name is longer than 16 bytes or has escapes.
    package init(stringLiteral name: StaticString) {
        var low: UInt64 = 0
        var high: UInt64 = 0
        var length = 0
        for byte in name.description.utf8 {
            precondition(
                length < 16 && byte >= 0x20 && byte != 0x22 && byte != 0x5c,
                "a key has at most 16 plain bytes"
            )
            if length < 8 {
                low |= UInt64(byte) << UInt64(length * 8)
            } else {
                high |= UInt64(byte) << UInt64((length - 8) * 8)
            }
            length += 1
        }
        self.init(low: low, high: high, length: length)
    }
}

extension JSONReader {
    /// A member's name, packed.
    @inline(__always)
    mutating func key() throws(JSONError) -> JSONKey {
        if try peek() == 0x22, offset &+ 18 <= bytes.count {
            let low = bytes.word(at: offset &+ 1)
            let high = bytes.word(at: offset &+ 9)
            // The closing quote within the next 16 bytes; a backslash or a control byte before it takes the long way.
            let quoteLow = zeroBytes(low ^ 0x2222_2222_2222_2222)
            let quoteHigh = zeroBytes(high ^ 0x2222_2222_2222_2222)
            let length =
                quoteLow != 0
                ? quoteLow.trailingZeroBitCount >> 3 : 8 &+ (quoteHigh.trailingZeroBitCount >> 3)
            if length < 16 || (length == 16 && bytes[offset &+ 17] == 0x22) {
                let first = keepingBytes(length, of: low)
                let second = length <= 8 ? 0 : keepingBytes(length &- 8, of: high)
                if isPlain(first, length), isPlain(second, max(0, length &- 8)) {
                    offset &+= length &+ 2
                    return JSONKey(low: first, high: second, length: length)
                }
            }
        }
        return try longKey()
    }

    @inline(never)
    private mutating func longKey() throws(JSONError) -> JSONKey {
        let name = try string()
        guard !name.hasEscapes, name.range.count <= 16 else { return .unknown }
        var low: UInt64 = 0
        var high: UInt64 = 0
        for (place, index) in name.range.enumerated() {
            if place < 8 {
                low |= UInt64(bytes[index]) << UInt64(place * 8)
            } else {
                high |= UInt64(bytes[index]) << UInt64((place - 8) * 8)
            }
        }
        return JSONKey(low: low, high: high, length: name.range.count)
    }
}

/// The lowest `count` bytes of a word (all of them from 8 on), the others zero.
@inline(__always)
private func keepingBytes(_ count: Int, of word: UInt64) -> UInt64 {
    count >= 8 ? word : word & ((1 << UInt64(count &* 8)) &- 1)
}

/// High bits of the bytes that are zero.
///
/// Only the lowest set bit is exact, and only that one (or whether there is any) is used.
@inline(__always)
private func zeroBytes(_ word: UInt64) -> UInt64 {
    (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
}

/// Whether the lowest `count` bytes are ASCII without control bytes and backslashes.
@inline(__always)
private func isPlain(_ word: UInt64, _ count: Int) -> Bool {
    let filled = count >= 8 ? word : word | 0x2020_2020_2020_2020 << UInt64(count &* 8)
    let controls = zeroBytes(filled & 0x6060_6060_6060_6060)
    let backslashes = zeroBytes(filled ^ 0x5c5c_5c5c_5c5c_5c5c)
    return (filled & 0x8080_8080_8080_8080) | controls | backslashes == 0
}
