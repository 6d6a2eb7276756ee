/// Text of strangers made fit for a chain, a log line and a terminal.
///
/// This module is what the relayer knows of Bacalhau without talking to it: `Spec` checks what a contract asks for and
/// builds the body that is sent, `Job` reads what became of it and says what that means, `Server` reads the orchestrator's
/// own answers. Everything here is a pure value; the facts follow Bacalhau 1.9.3.
package enum SafeText {
    /// Bytes of a reason that a contract takes.
    package static let reasonLimit = 1_024

    /// One line without control characters and invisible ones, at most `limit` bytes of UTF-8; what is cut ends in `…`.
    package static func line(_ text: String, limit: Int = reasonLimit) -> String {
        var out = ""
        var room = limit
        for scalar in text.unicodeScalars {
            let piece = shown(scalar)
            if piece == " ", out.isEmpty || out.hasSuffix(" ") { continue }
            guard piece.utf8.count <= room else { return cut(out, to: limit) }
            out += piece
            room -= piece.utf8.count
        }
        while out.hasSuffix(" ") { out.removeLast() }
        return out
    }

    /// A value as a message shows it: quoted, at most `limit` bytes without the quotes.
    package static func quoted(_ text: String, limit: Int = 80) -> String { "\"\(line(text, limit: limit))\"" }

    private static func shown(_ scalar: Unicode.Scalar) -> String {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .spaceSeparator: isSpace(scalar) ? " " : codePoint(scalar)
        case .format, .surrogate, .privateUse, .unassigned: codePoint(scalar)
        default: String(Character(scalar))
        }
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }

    private static func codePoint(_ scalar: Unicode.Scalar) -> String {
        "<U+\(String(scalar.value, radix: 16, uppercase: true))>"
    }

    /// `text` and an ellipsis (three bytes) within `limit`.
    private static func cut(_ text: String, to limit: Int) -> String {
        guard limit >= 3 else { return "" }
        var scalars = text.unicodeScalars
        while scalars.count > 0, String(scalars).utf8.count > limit - 3 { scalars.removeLast() }
        return String(scalars) + "…"
    }
}
