/// A number with its own characters, so that nothing is lost between reading and writing it.
package struct JSONNumber: Sendable, Equatable, CustomStringConvertible {
    /// As RFC 8259 §6 has it.
    package let text: String

    package init(_ value: some FixedWidthInteger) { text = String(value) }

    /// nil when `text` is no JSON number.
    package init?(text: String) {
        let bytes = Array(text.utf8)
        var reader = JSONReader(bytes.span)
        guard (try? reader.number()) == 0..<bytes.count else { return nil }
        self.text = text
    }

    /// A text whose grammar the reader has checked.
    init(checked text: String) { self.text = text }

    /// The value, when the number is written as an integer (no point, no exponent) and fits.
    package var int64: Int64? { decimalInteger(Array(text.utf8).span) }

    package var description: String { text }
}
