/// Thirty-two bytes that are compared as a whole: a block's or a transaction's hash, a topic, a request's identity.
///
/// Held as four words, most significant first, so that equality, order and hashing are a few instructions.
package struct Hash32: Hashable, Sendable {
    let word0: UInt64
    let word1: UInt64
    let word2: UInt64
    let word3: UInt64

    init(_ word0: UInt64, _ word1: UInt64, _ word2: UInt64, _ word3: UInt64) {
        self.word0 = word0
        self.word1 = word1
        self.word2 = word2
        self.word3 = word3
    }

    /// Thirty-two zero bytes.
    package static let zero = Hash32(0, 0, 0, 0)

    /// Nil unless there are exactly 32 bytes.
    package init?(_ bytes: [UInt8]) { self.init(bytes.span) }

    /// Nil unless there are exactly 32 bytes.
    package init?(_ bytes: Span<UInt8>) {
        guard bytes.count == 32 else { return nil }
        self.init(bytes, at: 0)
    }

    /// The 32 bytes from `offset` on, which the caller has checked to be there.
    @inline(__always)
    init(_ bytes: Span<UInt8>, at offset: Int) {
        word0 = bigEndianWord(bytes, offset)
        word1 = bigEndianWord(bytes, offset &+ 8)
        word2 = bigEndianWord(bytes, offset &+ 16)
        word3 = bigEndianWord(bytes, offset &+ 24)
    }

    /// Nil unless the text is 64 hexadecimal digits, with or without `0x`.
    package init?(hex: String) { self.init(hexASCII: hex.utf8.span) }

    /// Nil unless the text's UTF-8 is 64 hexadecimal digits, with or without `0x`.
    package init?(hexASCII text: Span<UInt8>) {
        let start = Hex.prefixLength(text)
        guard text.count &- start == 64,
            let word0 = Hex.word(text, start, digits: 16),
            let word1 = Hex.word(text, start &+ 16, digits: 16),
            let word2 = Hex.word(text, start &+ 32, digits: 16),
            let word3 = Hex.word(text, start &+ 48, digits: 16)
        else { return nil }
        self.init(word0, word1, word2, word3)
    }

    /// The 32 bytes.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        append(to: &bytes)
        return bytes
    }

    /// Appends the 32 bytes, without an array of their own.
    package func append(to bytes: inout [UInt8]) {
        appendBigEndian(word0, to: &bytes)
        appendBigEndian(word1, to: &bytes)
        appendBigEndian(word2, to: &bytes)
        appendBigEndian(word3, to: &bytes)
    }

    /// The 32 bytes in place, eight at a time as memory has them.
    package var inPlace: InlineArray<4, UInt64> {
        [word0.bigEndian, word1.bigEndian, word2.bigEndian, word3.bigEndian]
    }

    /// `0x` and 64 lower-case digits.
    package var hex: String { "0x" + Hex.encode(bytes) }

    /// The bytes read as a number, most significant first.
    package var asUInt256: UInt256 {
        UInt256(high: UInt128(word0) << 64 | UInt128(word1), low: UInt128(word2) << 64 | UInt128(word3))
    }
}

extension Hash32: Comparable {
    package static func < (left: Hash32, right: Hash32) -> Bool {
        if left.word0 != right.word0 { return left.word0 < right.word0 }
        if left.word1 != right.word1 { return left.word1 < right.word1 }
        if left.word2 != right.word2 { return left.word2 < right.word2 }
        return left.word3 < right.word3
    }
}

extension Hash32: CustomStringConvertible {
    package var description: String { hex }
}
