/// An account's or a contract's address: 20 bytes, held in place.
package struct Address: Hashable, Sendable {
    let word0: UInt64
    let word1: UInt64
    let word2: UInt32

    init(_ word0: UInt64, _ word1: UInt64, _ word2: UInt32) {
        self.word0 = word0
        self.word1 = word1
        self.word2 = word2
    }

    /// Twenty zero bytes.
    package static let zero = Address(0, 0, 0)

    /// Nil unless there are exactly 20 bytes.
    package init?(_ bytes: [UInt8]) { self.init(bytes.span) }

    /// Nil unless there are exactly 20 bytes.
    package init?(_ bytes: Span<UInt8>) {
        guard bytes.count == 20 else { return nil }
        var tail: UInt32 = 0
        for index in 16..<20 { tail = tail &<< 8 | UInt32(bytes[index]) }
        self.init(bigEndianWord(bytes, 0), bigEndianWord(bytes, 8), tail)
    }

    /// The last 20 bytes of a hash: how EVM words and public keys hold an address.
    init(lowBytesOf hash: Hash32) {
        word0 = hash.word1 &<< 32 | hash.word2 &>> 32
        word1 = hash.word2 &<< 32 | hash.word3 &>> 32
        word2 = UInt32(truncatingIfNeeded: hash.word3)
    }

    /// Nil unless the text is 40 hexadecimal digits, with or without `0x`.
    ///
    /// Digits in mixed case carry a checksum (EIP-55), and a wrong one is refused: it is a typing error.
    package init?(hex: String) { self.init(hexASCII: hex.utf8.span) }

    /// As `init?(hex:)`, from a text's UTF-8 in place.
    package init?(hexASCII text: Span<UInt8>) {
        let start = Hex.prefixLength(text)
        guard text.count &- start == 40,
            let word0 = Hex.word(text, start, digits: 16),
            let word1 = Hex.word(text, start &+ 16, digits: 16),
            let word2 = Hex.word(text, start &+ 32, digits: 8)
        else { return nil }
        self.init(word0, word1, UInt32(truncatingIfNeeded: word2))
        guard !Address.isMixedCase(text, from: start) || hasChecksum(text, from: start) else { return nil }
    }

    /// The 20 bytes.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(20)
        append(to: &bytes)
        return bytes
    }

    /// Appends the 20 bytes, without an array of their own.
    package func append(to bytes: inout [UInt8]) {
        appendBigEndian(word0, to: &bytes)
        appendBigEndian(word1, to: &bytes)
        appendBigEndian(UInt64(word2), count: 4, to: &bytes)
    }

    /// The 20 bytes in place, four at a time as memory has them.
    package var inPlace: InlineArray<5, UInt32> {
        [
            UInt32(truncatingIfNeeded: word0 &>> 32).bigEndian, UInt32(truncatingIfNeeded: word0).bigEndian,
            UInt32(truncatingIfNeeded: word1 &>> 32).bigEndian, UInt32(truncatingIfNeeded: word1).bigEndian,
            word2.bigEndian,
        ]
    }

    /// `0x` and 40 lower-case digits.
    package var hex: String { "0x" + Hex.encode(bytes) }
}

extension Address: Comparable {
    package static func < (left: Address, right: Address) -> Bool {
        if left.word0 != right.word0 { return left.word0 < right.word0 }
        return left.word1 != right.word1 ? left.word1 < right.word1 : left.word2 < right.word2
    }
}

extension Address: CustomStringConvertible {
    package var description: String { checksummed }
}
