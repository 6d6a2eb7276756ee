/// Why a contract reverted, as text for people.
package enum RevertReason {
    /// Characters that a reason may have; the rest is cut.
    package static let maximumLength = 512

    private static let errorSelector: [UInt8] = [0x08, 0xc3, 0x79, 0xa0]
    private static let panicSelector: [UInt8] = [0x4e, 0x48, 0x7b, 0x71]

    /// The text of `Error(string)`, the meaning of `Panic(uint256)`, and any other data in hex; nil for no data.
    ///
    /// The contract chose these bytes: control characters and what turns the direction of text become U+FFFD.
    package static func decode(_ data: [UInt8]) -> String? {
        if data.isEmpty { return nil }
        let arguments = Array(data.dropFirst(4))
        switch Array(data.prefix(4)) {
        case errorSelector: return message(arguments) ?? hex(data)
        case panicSelector: return panic(arguments) ?? hex(data)
        default: return hex(data)
        }
    }

    /// Padding is not looked at: compilers have left it out.
    private static func message(_ arguments: [UInt8]) -> String? {
        guard arguments.count >= 64, Hash32(arguments.span, at: 0).asUInt256 == 32 else { return nil }
        let length = Hash32(arguments.span, at: 32).asUInt256.asUInt64
        guard let length, length <= UInt64(arguments.count - 64) else { return nil }
        return clean(arguments[64..<64 + Int(length)])
    }

    private static func panic(_ arguments: [UInt8]) -> String? {
        guard arguments.count == 32 else { return nil }
        let code = Hash32(arguments.span, at: 0).asUInt256
        return "panic \(code.hexQuantity): \(meaning(ofPanic: code))"
    }

    /// The codes of Solidity's documentation, "Panic via assert and Error via require".
    private static func meaning(ofPanic code: UInt256) -> String {
        switch code.asUInt64 {
        case 0x00: "generic panic of the compiler"
        case 0x01: "assertion failed"
        case 0x11: "arithmetic overflow or underflow"
        case 0x12: "division or modulo by zero"
        case 0x21: "no such enum value"
        case 0x22: "storage byte array is badly encoded"
        case 0x31: "pop on an empty array"
        case 0x32: "array index out of bounds"
        case 0x41: "too much memory or too large an array"
        case 0x51: "call of an unset internal function"
        default: "unknown code"
        }
    }

    private static func hex(_ data: [UInt8]) -> String {
        let limit = maximumLength / 2 - 2
        return "0x" + Hex.encode(Array(data.prefix(limit))) + (data.count > limit ? "…" : "")
    }

    private static func clean(_ bytes: ArraySlice<UInt8>) -> String {
        // Four bytes a character at most: so the cut is made before anything long is decoded.
        let scalars = String(decoding: bytes.prefix(maximumLength * 4 + 4), as: UTF8.self).unicodeScalars
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars.prefix(maximumLength).map { isHarmless($0) ? $0 : "\u{fffd}" })
        return String(text) + (scalars.count > maximumLength ? "…" : "")
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: false
        default: true
        }
    }
}
