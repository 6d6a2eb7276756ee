extension Address {
    /// `0x` and 40 digits whose letters' case is a checksum (EIP-55).
    package var checksummed: String { "0x" + String(decoding: checksummedDigits, as: UTF8.self) }

    /// A letter is upper-case where the hash of the lower-case digits has a nibble of 8 or more.
    private var checksummedDigits: [UInt8] {
        var digits = Array(Hex.encode(bytes).utf8)
        let hash = keccak256(digits).bytes
        for index in digits.indices {
            let nibble = index & 1 == 0 ? hash[index / 2] &>> 4 : hash[index / 2] & 15
            if digits[index] > 0x60 && nibble >= 8 { digits[index] &-= 0x20 }
        }
        return digits
    }

    func hasChecksum(_ text: Span<UInt8>, from start: Int) -> Bool {
        let digits = checksummedDigits
        for index in digits.indices where digits[index] != text[start &+ index] { return false }
        return true
    }

    static func isMixedCase(_ text: Span<UInt8>, from start: Int) -> Bool {
        var hasLower = false
        var hasUpper = false
        for index in start..<text.count where text[index] > 0x39 {
            if text[index] & 0x20 == 0 { hasUpper = true } else { hasLower = true }
        }
        return hasLower && hasUpper
    }
}
