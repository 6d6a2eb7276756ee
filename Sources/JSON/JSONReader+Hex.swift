extension JSONReader {
    /// Appends the bytes of a "0x…" string to `arena`: the range they got there, or nil for any other well-formed value.
    ///
    /// What gives nil has been passed, and nothing is appended.
    @inline(__always)
    package mutating func hexBytes(into arena: inout ByteArena) throws(JSONError) -> Range<Int>? {
        if try peek() == 0x22, let end = bytes.firstQuote(from: offset &+ 1) {
            let start = offset &+ 1
            if end &- start >= 2, bytes[start] == UInt8(ascii: "0"), bytes[start &+ 1] == UInt8(ascii: "x") {
                let from = arena.count
                if arena.appendHex(bytes.extracting(start &+ 2..<end)) {
                    offset = end &+ 1
                    return from..<arena.count
                }
            }
        }
        return try rareHexBytes(into: &arena)
    }

    /// A quantity such as "0x1b4" of up to 64 bits, or nil for any other well-formed value, which is passed.
    @inline(__always)
    package mutating func quantity() throws(JSONError) -> UInt64? {
        guard try peek() == 0x22 else {
            try skip()
            return nil
        }
        let place = try string()
        guard !place.hasEscapes, (3...18).contains(place.range.count),
            bytes[place.range.lowerBound] == UInt8(ascii: "0"),
            bytes[place.range.lowerBound &+ 1] == UInt8(ascii: "x")
        else { return nil }
        var value: UInt64 = 0
        for index in place.range.lowerBound &+ 2..<place.range.upperBound {
            guard let digit = nibble(bytes[index]) else { return nil }
            value = value &<< 4 | UInt64(digit)
        }
        return value
    }

    /// The rare forms: escapes within the digits, another kind of value, no hex.
    @inline(never)
    private mutating func rareHexBytes(into arena: inout ByteArena) throws(JSONError) -> Range<Int>? {
        guard try peek() == 0x22 else {
            try skip()
            return nil
        }
        let place = try string()
        guard place.hasEscapes, let plain = try? unescaped(place), plain.starts(with: [0x30, 0x78]) else { return nil }
        let from = arena.count
        return arena.appendHex(plain.span.extracting(droppingFirst: 2)) ? from..<arena.count : nil
    }
}
