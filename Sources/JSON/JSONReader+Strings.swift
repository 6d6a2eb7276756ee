/// Where a string's content lies in the text, between its quotes.
package struct JSONStringPlace: Sendable, Equatable {
    /// Byte offsets in the reader's text.
    package let range: Range<Int>
    /// Whether these bytes are not yet the string's own: `unescaped` makes them so.
    package let hasEscapes: Bool
}

extension JSONReader {
    /// Passes a string: escapes, control bytes and UTF-8 are checked, nothing is copied.
    package mutating func string() throws(JSONError) -> JSONStringPlace {
        try expect(UInt8(ascii: "\""), else: .kind)
        let start = offset
        var escapes = false
        var ascii = true
        while true {
            passPlainBlocks(ascii: &ascii)
            guard offset < bytes.count else { throw failure(.end) }
            let byte = bytes[offset]
            if byte == UInt8(ascii: "\"") { break }
            if byte < 0x20 { throw failure(.control) }
            if byte >= 0x80 { ascii = false }
            offset &+= 1
            if byte == UInt8(ascii: "\\") {
                escapes = true
                try escape()
            }
        }
        if !ascii { try checkUTF8(start..<offset) }
        offset &+= 1
        return JSONStringPlace(range: start..<offset &- 1, hasEscapes: escapes)
    }

    /// The text of a string; half a surrogate pair throws `.escape`, more than `limit` UTF-8 bytes `.tooLong`.
    package mutating func text(limit: Int = .max) throws(JSONError) -> String {
        let place = try string()
        let (most, overflows) = limit.multipliedReportingOverflow(by: 6)
        let tooLong = JSONError(reason: .tooLong, offset: place.range.lowerBound)
        // An escape has at most six bytes for one: beyond that nothing is copied.
        guard overflows || place.range.count <= most else { throw tooLong }
        let utf8 = try unescaped(place)
        guard utf8.count <= limit else { throw tooLong }
        return String(decoding: utf8, as: UTF8.self)
    }

    /// The UTF-8 of a string that `string()` has passed; half a surrogate pair throws `.escape`.
    package func unescaped(_ place: JSONStringPlace) throws(JSONError) -> [UInt8] {
        guard place.hasEscapes else { return Array(copying: bytes.extracting(place.range)) }
        var out: [UInt8] = []
        out.reserveCapacity(place.range.count)
        var index = place.range.lowerBound
        while index < place.range.upperBound {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "\\") {
                try appendEscaped(at: &index, end: place.range.upperBound, to: &out)
            } else {
                out.append(byte)
            }
        }
        return out
    }

    /// Passes what needs no look at each byte, sixteen at a time.
    @inline(__always)
    private mutating func passPlainBlocks(ascii: inout Bool) {
        while offset &+ 16 <= bytes.count {
            let block = bytes.words(at: offset)
            let stop = TopBits(~(differs(block, 0x22) & differs(block, 0x5c) & isAbove1F(block)))
            let isASCII = TopBits(block).isNone
            if !stop.isNone {
                if stop.first > 0, !isASCII { ascii = false }
                offset &+= stop.first
                return
            }
            if !isASCII { ascii = false }
            offset &+= 16
        }
    }

    private func checkUTF8(_ range: Range<Int>) throws(JSONError) {
        do {
            _ = try UTF8Span(validating: bytes.extracting(range))
        } catch {
            throw JSONError(reason: .utf8, offset: range.lowerBound + error.byteOffsets.lowerBound)
        }
    }

    private mutating func escape() throws(JSONError) {
        guard offset < bytes.count else { throw failure(.end) }
        switch bytes[offset] {
        case 0x22, 0x5c, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74: offset &+= 1
        case UInt8(ascii: "u"):
            guard offset &+ 5 <= bytes.count else { throw failure(.end) }
            for index in 1...4 where nibble(bytes[offset &+ index]) == nil { throw failure(.escape) }
            offset &+= 5
        default: throw failure(.escape)
        }
    }

    /// Decodes one escape whose backslash has been passed and whose form `escape()` has checked.
    private func appendEscaped(at index: inout Int, end: Int, to out: inout [UInt8]) throws(JSONError) {
        let byte = bytes[index]
        index += 1
        switch byte {
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0c)
        case UInt8(ascii: "n"): out.append(0x0a)
        case UInt8(ascii: "r"): out.append(0x0d)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "u"): try appendCodePoint(at: &index, end: end, to: &out)
        default: out.append(byte)
        }
    }

    private func appendCodePoint(at index: inout Int, end: Int, to out: inout [UInt8]) throws(JSONError) {
        let start = index - 2
        var value = codeUnit(at: index)
        index += 4
        if value & 0xfc00 == 0xd800, index + 6 <= end, bytes[index] == 0x5c, bytes[index + 1] == UInt8(ascii: "u") {
            let low = codeUnit(at: index + 2)
            if low & 0xfc00 == 0xdc00 {
                value = 0x1_0000 + (value & 0x3ff) << 10 + low & 0x3ff
                index += 6
            }
        }
        guard let scalar = Unicode.Scalar(value), let utf8 = UTF8.encode(scalar) else {
            throw JSONError(reason: .escape, offset: start)
        }
        out.append(contentsOf: utf8)
    }

    private func codeUnit(at index: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 << 4 | UInt32(nibble(bytes[index + $1]) ?? 0) }
    }
}
