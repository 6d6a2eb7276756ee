extension JSONReader {
    /// `true` or `false`; another kind of value throws `.kind`.
    package mutating func bool() throws(JSONError) -> Bool {
        switch try peek() {
        case UInt8(ascii: "t"):
            try literal("true")
            return true
        case UInt8(ascii: "f"):
            try literal("false")
            return false
        default: throw failure(.kind)
        }
    }

    /// Passes `null` if it is next, and says whether it was.
    package mutating func null() throws(JSONError) -> Bool {
        guard try peek() == UInt8(ascii: "n") else { return false }
        try literal("null")
        return true
    }

    /// An integer that fits 64 bits; a number of any other form throws `.number`.
    package mutating func integer() throws(JSONError) -> Int64 {
        let range = try number()
        guard let value = decimalInteger(bytes.extracting(range)) else {
            throw JSONError(reason: .number, offset: range.lowerBound)
        }
        return value
    }

    /// Where a number lies in the text, its grammar checked.
    package mutating func number() throws(JSONError) -> Range<Int> {
        let first = try peek()
        let start = offset
        guard first == UInt8(ascii: "-") || isDigit(first) else { throw failure(.kind) }
        if first == UInt8(ascii: "-") { offset &+= 1 }
        if !pass({ $0 == UInt8(ascii: "0") }) { try digits() }
        if pass({ $0 == UInt8(ascii: ".") }) { try digits() }
        if pass({ $0 | 0x20 == UInt8(ascii: "e") }) {
            _ = pass { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
            try digits()
        }
        return start..<offset
    }

    /// A number's own characters, for amounts that must not lose digits.
    package mutating func numberText() throws(JSONError) -> String {
        let range = try number()
        return String(decoding: Array(copying: bytes.extracting(range)), as: UTF8.self)
    }

    @inline(__always)
    private mutating func pass(_ matches: (UInt8) -> Bool) -> Bool {
        guard offset < bytes.count, matches(bytes[offset]) else { return false }
        offset &+= 1
        return true
    }

    private mutating func digits() throws(JSONError) {
        let start = offset
        while offset < bytes.count, isDigit(bytes[offset]) { offset &+= 1 }
        if offset == start { throw failure(offset < bytes.count ? .number : .end) }
    }

    private mutating func literal(_ text: StaticString) throws(JSONError) {
        for byte in text.description.utf8 {
            guard offset < bytes.count, bytes[offset] == byte else { throw failure(.literal) }
            offset &+= 1
        }
    }
}

extension Array where Element == UInt8 {
    /// The bytes of a span, copied.
    init(copying span: Span<UInt8>) {
        self.init(capacity: span.count) { output in for index in span.indices { output.append(span[index]) } }
    }
}

@inline(__always)
func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

/// The value of `-?[0-9]+`, or nil for any other form and beyond 64 bits.
func decimalInteger(_ text: Span<UInt8>) -> Int64? {
    let negative = text.count > 0 && text[0] == UInt8(ascii: "-")
    var index = negative ? 1 : 0
    guard index < text.count else { return nil }
    var value: Int64 = 0
    while index < text.count {
        guard isDigit(text[index]) else { return nil }
        let digit = Int64(text[index] &- 0x30)
        let (ten, tenOverflows) = value.multipliedReportingOverflow(by: 10)
        let (sum, overflows) =
            negative ? ten.subtractingReportingOverflow(digit) : ten.addingReportingOverflow(digit)
        if tenOverflows || overflows { return nil }
        value = sum
        index += 1
    }
    return value
}
