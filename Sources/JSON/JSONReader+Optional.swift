/// Readers for members that may be `null`, and for answers whose members may be of another kind than they should be.
extension JSONReader {
    /// A text, or nil for `null`.
    package mutating func optionalText(limit: Int = .max) throws(JSONError) -> String? {
        try null() ? nil : text(limit: limit)
    }

    /// An integer, or nil for `null`.
    package mutating func optionalInteger() throws(JSONError) -> Int64? {
        try null() ? nil : integer()
    }

    /// A text, or nil when the value is anything else, which is passed.
    package mutating func textIfAny(limit: Int = .max) throws(JSONError) -> String? {
        guard try peek() == 0x22 else {
            try skip()
            return nil
        }
        return try text(limit: limit)
    }

    /// An integer of 64 bits, or nil when the value is anything else, which is passed.
    package mutating func integerIfAny() throws(JSONError) -> Int64? {
        let first = try peek()
        guard first == UInt8(ascii: "-") || isDigit(first) else {
            try skip()
            return nil
        }
        return decimalInteger(bytes.extracting(try number()))
    }

    /// A boolean, or nil when the value is anything else, which is passed.
    package mutating func boolIfAny() throws(JSONError) -> Bool? {
        switch try peek() {
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return try bool()
        default:
            try skip()
            return nil
        }
    }

    /// Enters an object and says so, or passes any other value.
    package mutating func enterObjectIfAny() throws(JSONError) -> Bool {
        guard try peek() == UInt8(ascii: "{") else {
            try skip()
            return false
        }
        try enterObject()
        return true
    }

    /// Enters an array and says so, or passes any other value.
    package mutating func enterArrayIfAny() throws(JSONError) -> Bool {
        guard try peek() == UInt8(ascii: "[") else {
            try skip()
            return false
        }
        try enterArray()
        return true
    }
}
