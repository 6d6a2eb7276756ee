/// CIDs, by their form alone.
package enum ContentID {
    /// Whether a text can be a CID: version 0 (`Qm` and 44 more of base58), or version 1 in one of the usual bases.
    ///
    /// <https://github.com/multiformats/cid> and <https://github.com/multiformats/multibase>; whether the hash within is
    /// sound is not looked at.
    package static func isPlausible(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count <= 128 else { return false }
        if bytes.starts(with: "Qm".utf8) { return bytes.count == 46 && bytes.allSatisfy(isBase58) }
        guard bytes.count >= 8, let base = bytes.first else { return false }
        let rest = bytes.dropFirst()
        switch base {
        case UInt8(ascii: "b"): return rest.allSatisfy { isLower($0) || (0x32...0x37).contains($0) }
        case UInt8(ascii: "B"): return rest.allSatisfy { isUpper($0) || (0x32...0x37).contains($0) }
        case UInt8(ascii: "z"): return rest.allSatisfy(isBase58)
        case UInt8(ascii: "f"): return rest.allSatisfy { isDigit($0) || (0x61...0x66).contains($0) }
        case UInt8(ascii: "F"): return rest.allSatisfy { isDigit($0) || (0x41...0x46).contains($0) }
        case UInt8(ascii: "k"): return rest.allSatisfy { isDigit($0) || isLower($0) }
        default: return false
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isLower(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte) }
    private static func isUpper(_ byte: UInt8) -> Bool { (0x41...0x5a).contains(byte) }

    /// Letters and digits without 0, O, I and l.
    private static func isBase58(_ byte: UInt8) -> Bool {
        (isDigit(byte) && byte != 0x30) || (isLower(byte) && byte != UInt8(ascii: "l"))
            || (isUpper(byte) && byte != UInt8(ascii: "O") && byte != UInt8(ascii: "I"))
    }
}
