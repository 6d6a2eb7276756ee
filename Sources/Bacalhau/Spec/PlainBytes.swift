/// Comparisons byte by byte, as the programs make them that a spec is for.
///
/// Swift's own take a character and the accents behind it for one, and two spellings of one letter for the same: a
/// slash with an accent would part no path, and a colon with one would end no prefix.
extension String {
    /// Whether it begins with this ASCII text, given in small letters, in whatever case.
    func begins(withASCII lower: String) -> Bool {
        utf8.count >= lower.utf8.count
            && zip(utf8, lower.utf8).allSatisfy { (0x41...0x5a ~= $0 ? $0 | 0x20 : $0) == $1 }
    }

    func has(_ byte: Unicode.Scalar) -> Bool { utf8.contains(UInt8(ascii: byte)) }

    func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }

    /// Whether a step of this path leads upwards.
    var climbs: Bool { utf8.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual("..".utf8) } }
}
