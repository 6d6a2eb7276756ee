/// Names and words of the old format, whose case does not count.
enum LegacyName {
    /// What two spellings of one name have in common.
    ///
    /// As Go's encoding/json folds names: ASCII letters, and the two characters beyond ASCII that fold into it, U+017F
    /// (long s) and U+212A (Kelvin).
    static func folded(_ name: String) -> String {
        var folded = String.UnicodeScalarView()
        for scalar in name.unicodeScalars {
            switch scalar {
            case "A"..."Z": folded.append(Unicode.Scalar(UInt8(scalar.value) | 0x20))
            case "\u{17f}": folded.append("s")
            case "\u{212a}": folded.append("k")
            default: folded.append(scalar)
            }
        }
        return String(folded)
    }
}
