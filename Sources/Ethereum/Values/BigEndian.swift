/// Eight bytes as a number, most significant first; each access is checked, and the optimiser makes one load of it.
@inline(__always)
func bigEndianWord(_ bytes: Span<UInt8>, _ offset: Int) -> UInt64 {
    var word: UInt64 = 0
    for index in offset..<offset &+ 8 { word = word &<< 8 | UInt64(bytes[index]) }
    return word
}

/// Appends the lowest `count` bytes of a number, most significant first.
@inline(__always)
func appendBigEndian(_ word: UInt64, count: Int = 8, to bytes: inout [UInt8]) {
    var shift = UInt64(count &* 8)
    while shift > 0 {
        shift &-= 8
        bytes.append(UInt8(truncatingIfNeeded: word &>> shift))
    }
}
