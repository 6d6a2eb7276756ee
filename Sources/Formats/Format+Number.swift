extension Format where Value: FixedWidthInteger {
    /// A whole number in decimal digits: no `1e3`, no `0x10`, no `010`, no `1_000`, no quotes.
    package static func whole(_ range: ClosedRange<Value>) -> Self {
        let bounds = (low: String(range.lowerBound), high: String(range.upperBound))
        return Self(
            "a whole number from \(bounds.low) to \(bounds.high)",
            schema: .integer(minimum: bounds.low, maximum: bounds.high),
            standIn: range.lowerBound
        ) { (text) throws(Misfit) in
            guard let value = Value(text), String(value) == text, range.contains(value) else { throw .plain }
            return value
        }
    }
}

extension Format<Bool> {
    /// `true` or `false`, and none of YAML's other words for them.
    package static var flag: Self {
        Self("true or false", schema: .boolean, standIn: false) { (text) throws(Misfit) in
            guard let value = Bool(text) else { throw .plain }
            return value
        }
    }
}

extension Format where Value: RawRepresentable<String> & CaseIterable {
    /// One of an enumeration's words.
    package static func choice(standIn: Value) -> Self {
        let words = Value.allCases.map(\.rawValue)
        let expectation = words.count == 1 ? words.joined() : "one of \(words.joined(separator: ", "))"
        return Self(expectation, schema: .choice(words), standIn: standIn, write: \.rawValue) { (text) throws(Misfit) in
            guard let value = Value(rawValue: text) else { throw .plain }
            return value
        }
    }
}
