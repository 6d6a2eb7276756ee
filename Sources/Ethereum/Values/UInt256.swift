/// The EVM's own number: 256 bits without sign, for job ids, fees and amounts in wei.
///
/// Two 128-bit halves. Nothing wraps in silence: arithmetic reports overflow or saturates, by name.
package struct UInt256: Hashable, Sendable {
    /// Bits 128 to 255.
    package let high: UInt128
    /// Bits 0 to 127.
    package let low: UInt128

    /// The number `high` × 2^128 + `low`.
    package init(high: UInt128, low: UInt128) {
        self.high = high
        self.low = low
    }

    package init(_ value: UInt64) { self.init(high: 0, low: UInt128(value)) }

    package static let zero = UInt256(high: 0, low: 0)
    /// 2^256 − 1.
    package static let max = UInt256(high: .max, low: .max)

    /// The value if it fits 64 bits.
    package var asUInt64: UInt64? { high == 0 ? UInt64(exactly: low) : nil }

    /// How many bits the value needs: 0 for zero, 256 at most.
    package var significantBits: Int {
        high != 0 ? 256 &- high.leadingZeroBitCount : 128 &- low.leadingZeroBitCount
    }

    package var isZero: Bool { high | low == 0 }
}

extension UInt256: Comparable {
    package static func < (left: UInt256, right: UInt256) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }
}

extension UInt256: ExpressibleByIntegerLiteral {
    /// A literal in the source, 2^256 − 1 at most.
    package init(integerLiteral literal: StaticBigInt) {
        precondition(literal.signum() >= 0 && literal.bitWidth <= 257, "the literal does not fit UInt256")
        self = Hash32(UInt64(literal[3]), UInt64(literal[2]), UInt64(literal[1]), UInt64(literal[0])).asUInt256
    }
}
