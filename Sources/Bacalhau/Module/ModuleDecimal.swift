internal import JSON

/// A decimal number that is compared exactly: digits and at most one point, no exponent.
package struct ModuleDecimal: Sendable, Comparable, CustomStringConvertible {
    /// As it was written.
    package let text: String
    /// Whether it was written without a point.
    package let isWhole: Bool
    private let billionths: Int128

    /// Takes a JSON number with 18 digits before its point and 9 behind it at most; nil for any other text.
    package init?(_ text: String) {
        guard text.utf8.count <= 30, JSONNumber(text: text) != nil else { return nil }
        let isNegative = text.utf8.first == UInt8(ascii: "-")
        let parts = text.utf8.drop { $0 == UInt8(ascii: "-") }
            .split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let fraction = parts.count == 2 ? Array(parts[1]) : []
        guard let whole = parts.first, whole.count <= 18, fraction.count <= 9 else { return nil }
        var value: Int128 = 0
        for digit in Array(whole) + fraction + Array(repeating: UInt8(ascii: "0"), count: 9 - fraction.count) {
            // A JSON number may have an exponent, too.
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + Int128(digit - 0x30)
        }
        self.text = text
        isWhole = fraction.isEmpty
        billionths = isNegative ? -value : value
    }

    private init(zero: Void) {
        text = "0"
        isWhole = true
        billionths = 0
    }

    package static let zero = ModuleDecimal(zero: ())

    package var description: String { text }

    /// By value: `1` equals `1.0`.
    package static func == (left: ModuleDecimal, right: ModuleDecimal) -> Bool { left.billionths == right.billionths }
    package static func < (left: ModuleDecimal, right: ModuleDecimal) -> Bool { left.billionths < right.billionths }
}
