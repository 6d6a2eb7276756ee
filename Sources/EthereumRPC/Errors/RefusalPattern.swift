/// A node's sentence with holes, as the catalogue of refusals holds it: all in lower case.
///
/// `#` is the number of blocks that the node would take (`10,000` and `2k` are numbers too), `&` a range that should work
/// (`[0x1, 0x3e8]` or `1-1000`), `*` anything.
struct RefusalPattern: Sendable, ExpressibleByStringLiteral {
    private enum Piece: Sendable {
        case text([UInt8])
        case number
        case range
        case gap
    }

    /// A sentence that fits; the number of blocks is nil where it says none, or none that is of use.
    struct Match {
        let blocks: UInt64?
    }

    private let pieces: [Piece]

    init(stringLiteral text: String) {
        var pieces: [Piece] = []
        var letters: [UInt8] = []
        func flush() {
            if !letters.isEmpty { pieces.append(.text(letters)) }
            letters = []
        }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "#"):
                flush()
                pieces.append(.number)
            case UInt8(ascii: "&"):
                flush()
                pieces.append(.range)
            case UInt8(ascii: "*"):
                flush()
                pieces.append(.gap)
            default: letters.append(byte)
            }
        }
        flush()
        self.pieces = pieces
    }

    /// Looks for the sentence anywhere in a message, which has to be in lower case.
    func match(_ message: [UInt8]) -> Match? {
        guard case .text(let first) = pieces.first else { return nil }
        var start = message.startIndex
        while let found = message.firstRange(of: first, from: start) {
            if let match = match(message, from: found.upperBound) { return match }
            start = found.lowerBound + 1
        }
        return nil
    }

    private func match(_ message: [UInt8], from start: Int) -> Match? {
        var scanner = NumberScanner(message, at: start)
        var blocks: UInt64?
        var gap = false
        for piece in pieces.dropFirst() {
            switch piece {
            case .gap: gap = true
            case .text(let text):
                guard let found = message.firstRange(of: text, from: scanner.offset),
                    gap || found.lowerBound == scanner.offset
                else { return nil }
                scanner.offset = found.upperBound
                gap = false
            case .number:
                guard let number = scanner.number() else { return nil }
                blocks = number > 0 ? number : nil
            case .range: blocks = scanner.range()
            }
        }
        return Match(blocks: blocks)
    }
}

/// Reads numbers as people write them.
private struct NumberScanner {
    private let bytes: [UInt8]
    var offset: Int

    init(_ bytes: [UInt8], at offset: Int) {
        self.bytes = bytes
        self.offset = offset
    }

    /// `5000`, `10,000`, `2k`; nil where there is none, or one beyond 64 bits.
    mutating func number() -> UInt64? {
        guard let number = digits(radix: 10) else { return nil }
        guard pass("k") else { return number }
        let (thousands, overflows) = number.multipliedReportingOverflow(by: 1000)
        return overflows ? nil : thousands
    }

    /// How many blocks `[0x1, 0x3e8]`, `0x1-0x3e8` or `1-1000` are; nil where there is none.
    mutating func range() -> UInt64? {
        _ = pass("[")
        guard let first = bound() else { return nil }
        while pass(" ") || pass(",") || pass("-") {}
        guard let last = bound(), last >= first, last - first < UInt64.max else { return nil }
        return last - first + 1
    }

    private mutating func bound() -> UInt64? {
        pass("0x") ? digits(radix: 16) : digits(radix: 10)
    }

    private mutating func digits(radix: Int) -> UInt64? {
        var text = ""
        while offset < bytes.count, text.utf8.count < 32 {
            let character = Character(Unicode.Scalar(bytes[offset]))
            let isDigit = character.isASCII && character.hexDigitValue.map { $0 < radix } == true
            let follows = offset + 1 < bytes.count && (0x30...0x39).contains(bytes[offset + 1])
            // A comma parts thousands only between digits of a decimal number.
            guard isDigit || (radix == 10 && character == "," && !text.isEmpty && follows) else { break }
            if isDigit { text.append(character) }
            offset += 1
        }
        return UInt64(text, radix: radix)
    }

    private mutating func pass(_ text: StaticString) -> Bool {
        let expected = Array(text.description.utf8)
        guard bytes[offset...].starts(with: expected) else { return false }
        offset += expected.count
        return true
    }
}

extension [UInt8] {
    /// Where these bytes come first, from `start` on.
    fileprivate func firstRange(of pattern: [UInt8], from start: Int) -> Range<Int>? {
        guard let first = pattern.first, count >= pattern.count else { return nil }
        var index = start
        while index <= count - pattern.count {
            if self[index] == first, self[index...].starts(with: pattern) { return index..<index + pattern.count }
            index += 1
        }
        return nil
    }
}
