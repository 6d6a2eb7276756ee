// Values: the fixed-size numbers and byte strings that everything else is made of. Each checks itself when it is
// made, so that no other code has to.

/// Hexadecimal text, as JSON-RPC writes bytes: two digits a byte.
package enum Hex {
    /// Lower-case digits without prefix.
    package static func encode(_ bytes: [UInt8]) -> String { encode(bytes.span) }

    /// Lower-case digits without prefix.
    package static func encode(_ bytes: Span<UInt8>) -> String {
        let digits = [UInt8](capacity: bytes.count &* 2) { output in
            for index in bytes.indices {
                output.append(digit(bytes[index] &>> 4))
                output.append(digit(bytes[index] & 15))
            }
        }
        return String(decoding: digits, as: UTF8.self)
    }

    /// The bytes of digits in either case, with or without `0x`; nil for an odd number of digits or anything else.
    package static func decode(_ text: String) -> [UInt8]? { decode(ascii: text.utf8.span) }

    /// The bytes of digits in either case, with or without `0x`, read from a text's UTF-8 in place.
    package static func decode(ascii text: Span<UInt8>) -> [UInt8]? {
        let start = prefixLength(text)
        let count = text.count &- start
        guard count & 1 == 0 else { return nil }
        var sound: UInt8 = 0
        let bytes = [UInt8](capacity: count &>> 1) { output in
            var index = start
            while index < text.count {
                let upper = nibble(text[index])
                let lower = nibble(text[index &+ 1])
                sound |= upper | lower
                output.append(upper &<< 4 | lower & 15)
                index &+= 2
            }
        }
        return sound < 16 ? bytes : nil
    }

    /// 2 when the text begins with `0x` (or `0X`), else 0.
    static func prefixLength(_ text: Span<UInt8>) -> Int {
        text.count >= 2 && text[0] == 0x30 && text[1] | 0x20 == 0x78 ? 2 : 0
    }

    /// The value of a hexadecimal digit, or 255.
    @inline(__always)
    static func nibble(_ character: UInt8) -> UInt8 {
        let decimal = character &- 0x30
        if decimal < 10 { return decimal }
        let letter = (character | 0x20) &- 0x61
        return letter < 6 ? letter &+ 10 : 255
    }

    @inline(__always)
    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? value &+ 0x30 : value &+ 0x57 }

    /// Up to eight bytes as a number, most significant first; nil when a character is no digit.
    @inline(__always)
    static func word(_ text: Span<UInt8>, _ start: Int, digits: Int) -> UInt64? {
        var word: UInt64 = 0
        var sound: UInt8 = 0
        for index in start..<start &+ digits {
            let value = nibble(text[index])
            sound |= value
            word = word &<< 4 | UInt64(value & 15)
        }
        return sound < 16 ? word : nil
    }
}
