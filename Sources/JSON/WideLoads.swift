// The only unsafe code of this module: wide loads and stores, each with its bounds checked first.

extension Span where Element == UInt8 {
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
            let stop = TopBits(~differs(words(at: index), 0x22))
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

/// The top bits of 16 bytes, each of which serves as a truth value.
///
/// Two words instead of sixteen lanes: compiled alike when optimised, and many times faster when not.
struct TopBits {
    let low: UInt64
    let high: UInt64

    @inline(__always)
    init(_ words: SIMD2<UInt64>) {
        low = words[0] & 0x8080_8080_8080_8080
        high = words[1] & 0x8080_8080_8080_8080
    }

    @inline(__always) var isNone: Bool { low | high == 0 }

    /// The first byte whose bit is set, 16 when none is.
    @inline(__always) var first: Int {
        low != 0 ? low.trailingZeroBitCount >> 3 : 8 &+ high.trailingZeroBitCount >> 3
    }
}

/// Top bits set in the bytes that are not `byte`.
@inline(__always)
func differs(_ words: SIMD2<UInt64>, _ byte: UInt64) -> SIMD2<UInt64> {
    let difference = words ^ everyByte(byte)
    return ((difference & everyByte(0x7f)) &+ everyByte(0x7f)) | difference
}

/// Top bits set in the bytes that are no control bytes.
@inline(__always)
func isAbove1F(_ words: SIMD2<UInt64>) -> SIMD2<UInt64> { ((words & everyByte(0x7f)) &+ everyByte(0x60)) | words }

/// A byte sixteen times.
@inline(__always)
func everyByte(_ byte: UInt64) -> SIMD2<UInt64> { SIMD2(repeating: 0x0101_0101_0101_0101 &* byte) }
