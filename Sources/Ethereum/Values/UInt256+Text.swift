extension UInt256: CustomStringConvertible {
    /// 10^38, the largest power of ten in 128 bits.
    private static let chunk = UInt256(high: 0, low: 100_000_000_000_000_000_000_000_000_000_000_000_000)

    /// Decimal digits.
    package var description: String {
        if high == 0 { return String(low) }
        let (quotient, remainder) = quotientAndRemainder(dividingBy: .chunk)
        let digits = String(remainder.low)
        return quotient.description + String(repeating: "0", count: 38 - digits.utf8.count) + digits
    }

    /// Nil unless the text is decimal digits only (no sign, no space, at most 78 of them) and fits 256 bits.
    package init?(decimal text: String) {
        let digits = text.utf8.span
        guard (1...78).contains(digits.count) else { return nil }
        var value = UInt256.zero
        var start = 0
        while start < digits.count {
            let end = min(start &+ UInt256.digitsAtOnce, digits.count)
            guard let (part, scale) = UInt256.part(digits, start..<end) else { return nil }
            let (scaled, overflow) = value.multipliedReportingOverflow(by: UInt256(scale))
            let (sum, overflowByPart) = scaled.addingReportingOverflow(UInt256(part))
            guard !overflow && !overflowByPart else { return nil }
            value = sum
            start = end
        }
        self = value
    }

    /// As many decimal digits as a word surely holds.
    private static let digitsAtOnce = 18

    /// Some digits as a number, and the power of ten that they stand for.
    private static func part(_ digits: Span<UInt8>, _ range: Range<Int>) -> (value: UInt64, scale: UInt64)? {
        var value: UInt64 = 0
        var scale: UInt64 = 1
        for index in range {
            let digit = digits[index] &- 0x30
            guard digit < 10 else { return nil }
            value = value &* 10 &+ UInt64(digit)
            scale = scale &* 10
        }
        return (value, scale)
    }

    /// As JSON-RPC writes a number: `0x` and digits without leading zeros, `0x0` for zero.
    package var hexQuantity: String {
        high == 0
            ? "0x" + String(low, radix: 16)
            : "0x" + String(high, radix: 16) + UInt256.padded(String(low, radix: 16))
    }

    private static func padded(_ digits: String) -> String {
        String(repeating: "0", count: 32 - digits.utf8.count) + digits
    }

    /// Nil unless the text is a JSON-RPC quantity: `0x` and 1 to 64 digits without leading zeros.
    package init?(hexQuantity text: String) { self.init(hexQuantityASCII: text.utf8.span) }

    /// As `init?(hexQuantity:)`, from a text's UTF-8 in place.
    package init?(hexQuantityASCII text: Span<UInt8>) {
        guard Hex.prefixLength(text) == 2, (3...66).contains(text.count) else { return nil }
        guard text[2] != 0x30 || text.count == 3 else { return nil }
        var high: UInt128 = 0
        var low: UInt128 = 0
        for index in 2..<text.count {
            let digit = Hex.nibble(text[index])
            guard digit < 16 else { return nil }
            high = high &<< 4 | low &>> 124
            low = low &<< 4 | UInt128(digit)
        }
        self.init(high: high, low: low)
    }
}
