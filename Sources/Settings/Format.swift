import Wording

/// How a single value is written: the check, the words for it, its schema.
package struct Format<Value: Sendable>: Sendable {
    /// Completes "expected …".
    let expectation: String
    let schema: ValueSchema
    /// Goes on in a value's place after a problem, and in descriptions; never leaves this module.
    let standIn: Value
    /// A value as a person would write it, for the default in the reference.
    let write: @Sendable (Value) -> String
    /// What of a refused value a message may show.
    let show: @Sendable (Scalar) -> String
    let parse: @Sendable (Scalar) throws(Misfit) -> Value

    init(
        expectation: String,
        schema: ValueSchema,
        standIn: Value,
        write: @escaping @Sendable (Value) -> String = { "\($0)" },
        show: @escaping @Sendable (Scalar) -> String = { $0.shown },
        parse: @escaping @Sendable (Scalar) throws(Misfit) -> Value
    ) {
        self.expectation = expectation
        self.schema = schema
        self.standIn = standIn
        self.write = write
        self.show = show
        self.parse = parse
    }

    /// A format of the program's own, written as a text with or without quotes.
    ///
    /// - Parameters:
    ///   - expectation: completes "expected …", with an example where the words alone do not show the form.
    ///   - pattern: an ECMA 262 regular expression for the schema.
    ///   - standIn: any valid value; takes a refused value's place until the reading is over.
    ///   - write: a value as a person would write it.
    ///   - parse: the check.
    package init(
        _ expectation: String,
        pattern: String? = nil,
        standIn: Value,
        write: @escaping @Sendable (Value) -> String = { "\($0)" },
        parse: @escaping @Sendable (String) throws(Misfit) -> Value
    ) {
        self.init(expectation: expectation, schema: .text(pattern: pattern), standIn: standIn, write: write) {
            (scalar) throws(Misfit) in
            guard !scalar.isNothing else { throw .plain }
            return try parse(scalar.text)
        }
    }
}

/// A value does not have its format.
package struct Misfit: Error, Sendable, Equatable {
    /// What is wrong with this very value, where the expectation alone does not tell.
    let reason: String?

    package init(_ reason: String) { self.reason = reason }

    private init(reason: String?) { self.reason = reason }

    /// The expectation tells it all.
    package static let plain = Misfit(reason: nil)
}

/// What a schema can say of a single value.
enum ValueSchema: Sendable, Equatable {
    case text(pattern: String?)
    /// The bounds in decimal digits.
    case integer(minimum: String, maximum: String)
    case boolean
    case choice([String])
}
