/// Decodes an even number of hex digits to `target[offset...]`, or returns false when one is no digit.
///
/// After false the target is scratch.
///
/// Sixteen digits at a time as two words, each byte's top bit serving as its truth value. (Lane masks of SIMD16<UInt8> were
/// 20 times slower, its shuffles twice: the compiler takes them apart. Word lanes with `&`, `|`, `&+` and shifts become
/// plain SSE2.) '0'...'9' are 0x30...0x39, letters have bit 6 set and their low nibble counts from 1, so
/// nibble = (c & 15) + 9 * (c >> 6). What is no digit is gathered and asked about once.
@inline(__always)
func decodeHex(_ digits: Span<UInt8>, into target: inout MutableSpan<UInt8>, at offset: Int) -> Bool {
    var good = everyByte(0x80)
    var seen = SIMD2<UInt64>.zero
    var from = 0
    var to = offset
    while from &+ 16 <= digits.count {
        let characters = digits.words(at: from)
        seen |= characters
        good &= hexDigitMarks(characters)
        target.store(packedNibbles(characters), at: to)
        from &+= 16
        to &+= 8
    }
    good &= ~seen
    if good[0] & good[1] & 0x8080_8080_8080_8080 != 0x8080_8080_8080_8080 { return false }
    while from &+ 1 < digits.count {
        guard let high = nibble(digits[from]), let low = nibble(digits[from &+ 1]) else { return false }
        target[to] = high << 4 | low
        from &+= 2
        to &+= 1
    }
    return true
}

/// Top bits set in the bytes that are hex digits, provided that they are ASCII.
@inline(__always)
private func hexDigitMarks(_ characters: SIMD2<UInt64>) -> SIMD2<UInt64> {
    let low = characters & everyByte(0x7f)
    let letter = low | everyByte(0x20)
    let isDigit = (low &+ everyByte(0x50)) & ~(low &+ everyByte(0x46))
    let isLetter = (letter &+ everyByte(0x1f)) & ~(letter &+ everyByte(0x19))
    return isDigit | isLetter
}

/// The eight bytes that sixteen hex digits say.
@inline(__always)
private func packedNibbles(_ characters: SIMD2<UInt64>) -> UInt64 {
    let letters = (characters &>> 6) & everyByte(0x01)
    let nibbles = (characters & everyByte(0x0f)) &+ letters &+ (letters &<< 3)
    // Pairs to bytes, then each word's four bytes together.
    var bytes = (nibbles &<< 4 | nibbles &>> 8) & SIMD2(repeating: 0x00ff_00ff_00ff_00ff)
    bytes = (bytes | bytes &>> 8) & SIMD2(repeating: 0x0000_ffff_0000_ffff)
    bytes |= bytes &>> 16
    return bytes[0] & 0xffff_ffff | bytes[1] &<< 32
}

/// The value of one hex digit.
@inline(__always)
func nibble(_ character: UInt8) -> UInt8? {
    if character &- 0x30 < 10 { return character &- 0x30 }
    let letter = (character | 0x20) &- 0x61
    return letter < 6 ? letter + 10 : nil
}
