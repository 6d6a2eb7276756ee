/// A name and its value in one call.
extension JSONWriter {
    package mutating func member(_ name: String, _ text: String) {
        key(name)
        string(text)
    }

    package mutating func member(_ name: String, _ value: some FixedWidthInteger) {
        key(name)
        integer(value)
    }

    package mutating func member(_ name: String, _ value: Bool) {
        key(name)
        bool(value)
    }

    /// A member that is `null` where JSON cannot say the number (infinities, no number).
    package mutating func member(_ name: String, _ value: Double) {
        key(name)
        number(value)
    }

    /// A member whose value is a tree; a literal in the source takes one of the overloads above.
    @_disfavoredOverload
    package mutating func member(_ name: String, _ tree: JSONValue) {
        key(name)
        value(tree)
    }

    /// The member's value is what `body` writes.
    package mutating func member<E: Error>(_ name: String, _ body: (inout JSONWriter) throws(E) -> Void) throws(E) {
        key(name)
        try body(&self)
    }
}
