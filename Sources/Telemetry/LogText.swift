/// Text of a stranger's on its way into a line: it cannot end the line, start another, move the cursor or turn the
/// direction of reading.
enum LogText {
    /// The most bytes of one value; what is longer ends in `…`.
    static let limit = 2_048

    /// Appends a JSON string in which nothing but printable text is left bare.
    static func appendQuoted(_ text: String, to line: inout [UInt8]) {
        line.append(UInt8(ascii: "\""))
        let shown = prefix(text)
        for scalar in shown.unicodeScalars { appendEscaped(scalar, to: &line) }
        if shown.utf8.count < text.utf8.count { line.append(contentsOf: "…".utf8) }
        line.append(UInt8(ascii: "\""))
    }

    /// Whether a value needs no quotes for people to see where it ends.
    static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= limit
            && text.unicodeScalars.allSatisfy { scalar in
                scalar.value > 0x20 && !isHidden(scalar) && !["\"", "\\", "="].contains(scalar)
            }
    }

    private static func prefix(_ text: String) -> Substring {
        guard text.utf8.count > limit else { return text[...] }
        var end = text.utf8.index(text.startIndex, offsetBy: limit)
        while end > text.startIndex, end.samePosition(in: text.unicodeScalars) == nil {
            end = text.utf8.index(before: end)
        }
        return text[..<end]
    }

    private static func appendEscaped(_ scalar: Unicode.Scalar, to line: inout [UInt8]) {
        switch scalar {
        case "\"", "\\": line.append(contentsOf: [UInt8(ascii: "\\"), UInt8(truncatingIfNeeded: scalar.value)])
        case "\n": line.append(contentsOf: #"\n"#.utf8)
        case "\r": line.append(contentsOf: #"\r"#.utf8)
        case "\t": line.append(contentsOf: #"\t"#.utf8)
        case _ where isHidden(scalar): appendCode(scalar, to: &line)
        default: line.append(contentsOf: String(scalar).utf8)
        }
    }

    /// Control characters (C0, DEL, C1), line and paragraph separators, marks of direction, what has no width: all
    /// within the basic plane, so that four digits name them.
    ///
    /// Tags (U+E0000…) are shown as they are: nothing.
    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f...0x9f, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff: true
        default: false
        }
    }

    private static func appendCode(_ scalar: Unicode.Scalar, to line: inout [UInt8]) {
        let digits = String(scalar.value, radix: 16)
        line.append(contentsOf: "\\u".utf8)
        line.append(contentsOf: String(repeating: "0", count: max(0, 4 - digits.count)).utf8)
        line.append(contentsOf: digits.utf8)
    }
}
