/// How Bacalhau writes amounts.
enum ResourceSyntax {
    /// Thousandths of a core from `2`, `0.5` or `500m`; finer parts than thousandths count up.
    static func cpu(_ text: String) -> UInt64? {
        if text.utf8.last == UInt8(ascii: "m") { return count(String(text.dropLast())) }
        return decimal(Array(text.utf8), times: 1_000)
    }

    /// Bytes from a number with one of the usual units, case aside: `kB` is 1,000 and `KiB` (or `Ki`) 1,024.
    static func bytes(_ text: String) -> UInt64? { bytes(text, kilo: 1_000) }

    /// As above, with another meaning of `kB`; the other units are its powers.
    static func bytes(_ text: String, kilo: UInt64) -> UInt64? {
        let digits = text.utf8.prefix { isDigit($0) || $0 == UInt8(ascii: ".") }
        var unit = text.utf8.dropFirst(digits.count).map { 0x41...0x5a ~= $0 ? $0 | 0x20 : $0 }
        if unit.first == UInt8(ascii: " ") { unit.removeFirst() }
        guard let factor = factor(of: unit, kilo: kilo) else { return nil }
        return decimal(Array(digits), times: factor)
    }

    /// A whole number.
    static func count(_ text: String) -> UInt64? {
        guard (1...19).contains(text.utf8.count), text.utf8.allSatisfy(isDigit) else { return nil }
        return UInt64(text)
    }

    private static func factor(of unit: [UInt8], kilo: UInt64) -> UInt64? {
        if unit.isEmpty || unit.elementsEqual("b".utf8) { return 1 }
        var letters = unit
        if letters.last == UInt8(ascii: "b") { letters.removeLast() }
        var base = kilo
        if letters.count == 2, letters.last == UInt8(ascii: "i") {
            letters.removeLast()
            base = 1_024
        }
        guard letters.count == 1, let power = Array("kmgtpe".utf8).firstIndex(of: letters[0]) else { return nil }
        return (0...power).reduce(1) { factor, _ in factor * base }
    }

    /// Digits with at most one point, times `factor`, rounded up; nil for any other form and beyond 64 bits.
    private static func decimal(_ text: [UInt8], times factor: UInt64) -> UInt64? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let whole = count(String(decoding: parts[0], as: UTF8.self)) else {
            return nil
        }
        let (product, overflows) = whole.multipliedReportingOverflow(by: factor)
        guard !overflows else { return nil }
        guard parts.count == 2 else { return product }
        guard let fraction = fraction(parts[1], times: factor) else { return nil }
        let (sum, sumOverflows) = product.addingReportingOverflow(fraction)
        return sumOverflows ? nil : sum
    }

    /// The value of up to nine digits behind a point, times `factor`, rounded up.
    private static func fraction(_ digits: ArraySlice<UInt8>, times factor: UInt64) -> UInt64? {
        guard (1...9).contains(digits.count), let number = count(String(decoding: digits, as: UTF8.self)) else {
            return nil
        }
        let scale = digits.reduce(UInt64(1)) { scale, _ in scale * 10 }
        let product = number.multipliedFullWidth(by: factor)
        let (quotient, rest) = scale.dividingFullWidth(product)
        return rest == 0 ? quotient : quotient + 1
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
