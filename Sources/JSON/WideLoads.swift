// The only unsafe code of this module: wide loads and stores, each with its bounds checked first.

extension Span where Element == UInt8 {
    /// 16 bytes from `offset` on.
    @inline(__always)
    func block(at offset: Int) -> SIMD16<UInt8> {
        precondition(offset >= 0 && offset <= count - 16)
        return unsafe withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: offset, as: SIMD16<UInt8>.self) }
    }

    /// 8 bytes from `offset` on, the first in the low bits.
    @inline(__always)
    func word(at offset: Int) -> UInt64 {
        precondition(offset >= 0 && offset <= count - 8)
        return unsafe withUnsafeBytes {
            unsafe UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
    }

    /// 16 bytes as two words.
    @inline(__always)
    func words(at offset: Int) -> SIMD2<UInt64> {
        precondition(offset >= 0 && offset <= count - 16)
        let pair = unsafe withUnsafeBytes {
            unsafe $0.loadUnaligned(fromByteOffset: offset, as: SIMD2<UInt64>.self)
        }
        return SIMD2(UInt64(littleEndian: pair[0]), UInt64(littleEndian: pair[1]))
    }

    /// Where a quote is next at or behind `offset`, or nil.
    @inline(__always)
    func firstQuote(from offset: Int) -> Int? {
        var index = offset
        while index &+ 16 <= count {
            // A lane's top bit is clear where it is a quote.
            let difference = block(at: index) ^ 0x22
            let stop = topBits(~(((difference & 0x7f) &+ 0x7f) | difference))
            if !stop.isNone { return index &+ stop.first }
            index &+= 16
        }
        while index < count {
            if self[index] == 0x22 { return index }
            index &+= 1
        }
        return nil
    }
}

extension MutableSpan where Element == UInt8 {
    /// Stores 8 bytes from `offset` on, the low bits first.
    @inline(__always)
    mutating func store(_ value: UInt64, at offset: Int) {
        precondition(offset >= 0 && offset <= count - 8)
        unsafe withUnsafeMutableBytes {
            unsafe $0.storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt64.self)
        }
    }
}

/// The top bits of 16 lanes, kept in their bytes.
struct TopBits {
    let low: UInt64
    let high: UInt64

    @inline(__always) var isNone: Bool { low | high == 0 }

    /// The first lane whose bit is set, 16 when none is.
    @inline(__always) var first: Int {
        low != 0 ? low.trailingZeroBitCount >> 3 : 8 &+ high.trailingZeroBitCount >> 3
    }
}

@inline(__always)
func topBits(_ lanes: SIMD16<UInt8>) -> TopBits {
    let words = unsafe unsafeBitCast(lanes, to: SIMD2<UInt64>.self)
    let mask: UInt64 = 0x8080_8080_8080_8080
    return TopBits(low: UInt64(littleEndian: words[0]) & mask, high: UInt64(littleEndian: words[1]) & mask)
}
