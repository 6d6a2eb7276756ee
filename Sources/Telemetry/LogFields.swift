/// A line's named values, in the order they were given.
///
///     logger.info("request found", ["request.id": hash, "block.number": header.number, "reason": reason])
///
/// Integers and booleans stay such in JSON, everything else is its description. A nil value is left out.
package struct LogFields: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    private(set) var all: [(name: String, value: LogValue)] = []

    package init() {}

    /// Of two values of one name the later holds, in the place of the first.
    package init(dictionaryLiteral elements: (String, (any CustomStringConvertible & Sendable)?)...) {
        for case (let name, let value?) in elements { set(name, LogValue(value)) }
    }

    /// The counts of a `Counters.snapshot()`.
    package init(_ counts: [(name: String, value: Int64)]) {
        for (name, value) in counts { set(name, .integer("\(value)")) }
    }

    /// The value of a field, as it is shown.
    package subscript(name: String) -> String? {
        all.first { $0.name == name }?.value.text
    }

    /// These fields and then the others; of two with one name the later holds.
    func merging(_ others: LogFields) -> LogFields {
        var merged = self
        for (name, value) in others.all { merged.set(name, value) }
        return merged
    }

    private mutating func set(_ name: String, _ value: LogValue) {
        if let index = all.firstIndex(where: { $0.name == name }) {
            all[index].value = value
        } else {
            all.append((name, value))
        }
    }

    /// Compares names, values and their order.
    package static func == (left: LogFields, right: LogFields) -> Bool {
        left.all.elementsEqual(right.all) { $0.name == $1.name && $0.value == $1.value }
    }
}

/// What a field can hold.
package enum LogValue: Sendable, Equatable {
    /// As it came: what makes it harmless is the line's format.
    case text(String)
    /// Decimal digits.
    case integer(String)
    case bool(Bool)

    init(_ value: any CustomStringConvertible) {
        switch value {
        case let number as any FixedWidthInteger: self = .integer(number.description)
        case let flag as Bool: self = .bool(flag)
        default: self = .text(value.description)
        }
    }

    var text: String {
        switch self {
        case .text(let text), .integer(let text): text
        case .bool(let flag): flag ? "true" : "false"
        }
    }
}
