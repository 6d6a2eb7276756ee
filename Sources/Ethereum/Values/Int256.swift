/// A signed number of 256 bits, held as the EVM holds it: two's complement.
package struct Int256: Hashable, Sendable {
    /// The two's complement, as the word on the wire.
    package let bits: UInt256

    /// Takes the two's complement, as an EVM word holds it.
    package init(bits: UInt256) { self.bits = bits }

    package init(_ value: Int64) {
        let extended = UInt128(truncatingIfNeeded: Int128(value))
        bits = UInt256(high: value < 0 ? .max : 0, low: extended)
    }

    package var isNegative: Bool { bits.high &>> 127 == 1 }

    /// The distance from zero; 2^255 at most.
    package var magnitude: UInt256 {
        isNegative ? UInt256.zero.subtractingReportingOverflow(bits).partialValue : bits
    }

    /// How many bits the two's complement needs, its sign included: 1 to 256.
    package var significantBits: Int {
        (isNegative ? UInt256(high: ~bits.high, low: ~bits.low) : bits).significantBits &+ 1
    }

    /// Nil unless the text is decimal digits, perhaps after a minus sign, and fits 256 bits.
    package init?(decimal text: String) {
        let isNegative = text.utf8.first == 0x2d
        guard let magnitude = UInt256(decimal: isNegative ? String(text.dropFirst()) : text) else { return nil }
        let bits = isNegative ? UInt256.zero.subtractingReportingOverflow(magnitude).partialValue : magnitude
        self.init(bits: bits)
        guard self.isNegative == isNegative || magnitude.isZero else { return nil }
    }
}

extension Int256: CustomStringConvertible {
    package var description: String { (isNegative ? "-" : "") + magnitude.description }
}

extension Int256: Comparable {
    package static func < (left: Int256, right: Int256) -> Bool {
        left.isNegative != right.isNegative ? left.isNegative : left.bits < right.bits
    }
}
