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

    /// A boolean, or nil for `null`.
    package mutating func optionalBool() throws(JSONError) -> Bool? {
        try null() ? nil : bool()
    }

    /// A text, or nil when the value is anything else, which is passed.
    package mutating func textIfAny(limit: Int = .max) throws(JSONError) -> String? {
        guard try peek() == 0x22 else {
            try skip()
            return nil
        }
        return try text(limit: limit)
    }
}
