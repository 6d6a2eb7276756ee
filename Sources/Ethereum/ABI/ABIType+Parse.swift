extension ABIType {
    /// How deep arrays and tuples may nest in a type.
    package static let maximumDepth = 16
    /// What a type may demand in place, in bytes: far above any contract's, far below what would hurt.
    package static let maximumHeadSize = 1 << 24

    /// Reads a type as JSON ABIs write it: `uint256`, `bytes32[4][]`, `tuple[]` with its `components`.
    ///
    /// Tuples may also stand in place, `(address,uint256)[]`. `uint` and `int` are `uint256` and `int256`.
    ///
    /// Throws `unsupportedType` for `fixed`, `ufixed` and `function`, `malformedType` for what is no type, for arrays
    /// of no elements and empty tuples (whose values take no space, so that any number of them fits any data).
    package init(_ text: String, components: [ABIParameter] = []) throws(ABIError) {
        var parser = TypeParser(text, components)
        let type = try parser.type(depth: 0)
        guard parser.isAtEnd, type.headSize <= ABIType.maximumHeadSize, type.depth <= ABIType.maximumDepth else {
            throw .malformedType(text)
        }
        self = type
    }

    private var depth: Int {
        switch self {
        case .uint, .int, .address, .bool, .fixedBytes, .bytes, .string: 0
        case .array(let element), .fixedArray(let element, _): element.depth + 1
        case .tuple(let members): (members.map(\.type.depth).max() ?? 0) + 1
        }
    }
}

private struct TypeParser {
    private let text: String
    private var rest: Substring.UTF8View
    private let components: [ABIParameter]

    init(_ text: String, _ components: [ABIParameter]) {
        self.text = text
        self.components = components
        rest = text[...].utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func type(depth: Int) throws(ABIError) -> ABIType {
        guard depth <= ABIType.maximumDepth else { throw .malformedType(text) }
        var type = take("(") ? try tuple(depth) : try base()
        var suffixes = 0
        while take("[") {
            suffixes += 1
            guard suffixes <= ABIType.maximumDepth else { throw .malformedType(text) }
            type = try suffix(of: type)
        }
        return type
    }

    private mutating func suffix(of element: ABIType) throws(ABIError) -> ABIType {
        if take("]") { return .array(of: element) }
        guard let count = number(takeDigits(), upTo: ABIType.maximumHeadSize), take("]") else {
            throw .malformedType(text)
        }
        return .fixedArray(of: element, count: count)
    }

    private mutating func tuple(_ depth: Int) throws(ABIError) -> ABIType {
        var members: [ABIParameter] = []
        repeat {
            members.append(ABIParameter(name: "", type: try type(depth: depth + 1)))
        } while take(",")
        guard take(")") else { throw .malformedType(text) }
        return .tuple(members)
    }

    private mutating func base() throws(ABIError) -> ABIType {
        let word = String(takeLetters()) ?? ""
        let size = takeDigits()
        switch word {
        case "uint": return .uint(bits: try bits(size))
        case "int": return .int(bits: try bits(size))
        case "bytes" where !size.isEmpty: return .fixedBytes(try byteCount(size))
        case "fixed", "ufixed", "function": throw .unsupportedType(text)
        default: return try plain(word, hasSize: !size.isEmpty)
        }
    }

    private func plain(_ word: String, hasSize: Bool) throws(ABIError) -> ABIType {
        switch (word, hasSize) {
        case ("address", false): return .address
        case ("bool", false): return .bool
        case ("bytes", false): return .bytes
        case ("string", false): return .string
        case ("tuple", false) where !components.isEmpty: return .tuple(components)
        default: throw .malformedType(text)
        }
    }

    private func bits(_ digits: Substring.UTF8View) throws(ABIError) -> Int {
        if digits.isEmpty { return 256 }
        guard let bits = number(digits, upTo: 256), bits % 8 == 0 else { throw .malformedType(text) }
        return bits
    }

    private func byteCount(_ digits: Substring.UTF8View) throws(ABIError) -> Int {
        guard let count = number(digits, upTo: 32) else { throw .malformedType(text) }
        return count
    }

    /// A number from 1 to `limit`, without leading zeros.
    private func number(_ digits: Substring.UTF8View, upTo limit: Int) -> Int? {
        guard let first = digits.first, first != 0x30, digits.count <= 9 else { return nil }
        let value = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        return value <= limit ? value : nil
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func takeLetters() -> Substring.UTF8View { takeWhile { $0 >= 0x61 && $0 <= 0x7a } }

    private mutating func takeDigits() -> Substring.UTF8View { takeWhile { $0 >= 0x30 && $0 <= 0x39 } }

    private mutating func takeWhile(_ belongs: (UInt8) -> Bool) -> Substring.UTF8View {
        let taken = rest.prefix(while: belongs)
        rest = rest[taken.endIndex...]
        return taken
    }
}
