/// Bytes as text in the bases that CIDs are written in: <https://github.com/multiformats/multibase>.
enum Multibase {
    static let base58 = [UInt8]("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)
    private static let base36 = [UInt8]("0123456789abcdefghijklmnopqrstuvwxyz".utf8)
    private static let base32 = [UInt8]("abcdefghijklmnopqrstuvwxyz234567".utf8)
    private static let base32Upper = [UInt8]("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
    private static let base16 = [UInt8]("0123456789abcdef".utf8)
    private static let base16Upper = [UInt8]("0123456789ABCDEF".utf8)

    /// The bytes of a text whose first character names its base; nil where it is not the one way to write them.
    static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard let base = text.first else { return nil }
        let digits = text.dropFirst()
        switch base {
        case UInt8(ascii: "b"): return decode(digits, base32, bits: 5)
        case UInt8(ascii: "B"): return decode(digits, base32Upper, bits: 5)
        case UInt8(ascii: "f"): return decode(digits, base16, bits: 4)
        case UInt8(ascii: "F"): return decode(digits, base16Upper, bits: 4)
        case UInt8(ascii: "z"): return decode(digits, base58)
        case UInt8(ascii: "k"): return decode(digits, base36)
        default: return nil
        }
    }

    /// Of digits that stand for bits each, most significant first; what is left over must be less than a digit, and zero.
    private static func decode(_ digits: some Collection<UInt8>, _ alphabet: [UInt8], bits: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = 0
        var count = 0
        for digit in digits {
            guard let value = alphabet.firstIndex(of: digit) else { return nil }
            rest = rest << bits | value
            count += bits
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: rest >> count))
                rest &= 1 << count - 1
            }
        }
        return count < bits && rest == 0 ? bytes : nil
    }

    /// Of one large number, its first digits that are zero being zero bytes.
    ///
    /// The time goes with the square of the length.
    static func decode(_ digits: some Collection<UInt8>, _ alphabet: [UInt8]) -> [UInt8]? {
        var number: [UInt8] = []
        for digit in digits {
            guard let value = alphabet.firstIndex(of: digit) else { return nil }
            multiply(&number, by: alphabet.count, adding: value, base: 256)
        }
        let zeros = digits.prefix { $0 == alphabet[0] }.count
        return Array(repeating: 0, count: zeros) + number.reversed()
    }

    /// As one large number, in a time that goes with the square of the length.
    static func encode(_ bytes: some Collection<UInt8>, _ alphabet: [UInt8]) -> String {
        var number: [UInt8] = []
        for byte in bytes { multiply(&number, by: 256, adding: Int(byte), base: alphabet.count) }
        let zeros = Array(repeating: alphabet[0], count: bytes.prefix { $0 == 0 }.count)
        return String(decoding: zeros + number.reversed().map { alphabet[Int($0)] }, as: UTF8.self)
    }

    /// In lower case, with the base's letter and without padding.
    static func base32(_ bytes: some Collection<UInt8>) -> String {
        var text = [UInt8(ascii: "b")]
        var rest = 0
        var count = 0
        for byte in bytes {
            rest = rest << 8 | Int(byte)
            count += 8
            while count >= 5 {
                count -= 5
                text.append(base32[rest >> count])
                rest &= 1 << count - 1
            }
        }
        if count > 0 { text.append(base32[rest << (5 - count)]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// `number` holds digits of the base, the least significant one first.
    private static func multiply(_ number: inout [UInt8], by factor: Int, adding carry: Int, base: Int) {
        var carry = carry
        for index in number.indices {
            carry += Int(number[index]) * factor
            number[index] = UInt8(carry % base)
            carry /= base
        }
        while carry > 0 {
            number.append(UInt8(carry % base))
            carry /= base
        }
    }
}
