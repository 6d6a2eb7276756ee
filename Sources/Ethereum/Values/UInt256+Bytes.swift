extension UInt256 {
    /// Nil for more than 32 bytes; fewer are the lower end, none is zero.
    package init?(bigEndian bytes: [UInt8]) { self.init(bigEndian: bytes.span) }

    /// Nil for more than 32 bytes; fewer are the lower end, none is zero.
    package init?(bigEndian bytes: Span<UInt8>) {
        guard bytes.count <= 32 else { return nil }
        if bytes.count == 32 {
            self = Hash32(bytes, at: 0).asUInt256
            return
        }
        var high: UInt128 = 0
        var low: UInt128 = 0
        for index in bytes.indices {
            high = high &<< 8 | low &>> 120
            low = low &<< 8 | UInt128(bytes[index])
        }
        self.init(high: high, low: low)
    }

    /// All 32 bytes, most significant first: a word of the EVM.
    package var bigEndianBytes: [UInt8] { asHash32.bytes }

    /// The bytes without leading zeros, as RLP wants a number: none for zero.
    package var minimalBytes: [UInt8] { Array(bigEndianBytes.suffix((significantBits &+ 7) / 8)) }

    /// The number's 32 bytes, as a topic holds it.
    package var asHash32: Hash32 {
        Hash32(
            UInt64(truncatingIfNeeded: high >> 64),
            UInt64(truncatingIfNeeded: high),
            UInt64(truncatingIfNeeded: low >> 64),
            UInt64(truncatingIfNeeded: low)
        )
    }
}
