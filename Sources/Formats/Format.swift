/// How a value is written by people, in a settings file as on a command line: the check, and the words for it.
///
/// This folder turns texts into values and says what is wrong with them; it is pure.
package struct Format<Value: Sendable>: Sendable {
    /// Completes "expected …".
    package let expectation: String
    /// What editors and shells may know of a value.
    package let schema: ValueSchema
    /// Any valid value: goes on in a value's place until a reading is over, so that one run shows every problem.
    package let standIn: Value
    /// A value as a person would write it.
    package let write: @Sendable (Value) -> String
    /// What of a refused text a message may show, in quotes.
    package let show: @Sendable (String) -> String
    /// The value that a text stands for; a text that does not have the format throws `Misfit`.
    package let parse: @Sendable (String) throws(Misfit) -> Value

    /// A format of the program's own.
    ///
    /// - Parameters:
    ///   - expectation: completes "expected …", with an example where the words alone do not show the form.
    ///   - schema: what editors and shells may know.
    ///   - standIn: any valid value.
    ///   - write: a value as a person would write it.
    ///   - show: what of a refused text a message may show, in quotes.
    ///   - parse: the check.
    package init(
        _ expectation: String,
        schema: ValueSchema = .text(pattern: nil),
        standIn: Value,
        write: @escaping @Sendable (Value) -> String = { "\($0)" },
        show: @escaping @Sendable (String) -> String = quoted,
        parse: @escaping @Sendable (String) throws(Misfit) -> Value
    ) {
        self.expectation = expectation
        self.schema = schema
        self.standIn = standIn
        self.write = write
        self.show = show
        self.parse = parse
    }
}

/// A value does not have its format.
package struct Misfit: Error, Sendable, Equatable {
    /// What is wrong with this very value, where the expectation alone does not tell.
    package let reason: String?

    /// Takes what a message adds behind `expected …, found …:`, in small letters and without a full stop.
    package init(_ reason: String) { self.reason = reason }

    private init(reason: String?) { self.reason = reason }

    /// The expectation tells it all.
    package static let plain = Misfit(reason: nil)
}

/// What a JSON schema or a shell can know of a single value.
package enum ValueSchema: Sendable, Equatable {
    /// A pattern is an ECMA 262 regular expression.
    case text(pattern: String?)
    /// The path of a file, which shells can complete.
    case path
    /// The bounds in decimal digits.
    case integer(minimum: String, maximum: String)
    /// A text of this pattern, or a whole number of at least 1 that stands without quotes.
    case numberOrText(pattern: String)
    case boolean
    /// A text, a number or a flag, as another setting says.
    case scalar
    /// One of these words, in just this spelling.
    case choice([String])

    /// Whether YAML writes it without quotes: in quotes it would be a text.
    package var isBare: Bool {
        switch self {
        case .integer, .boolean: true
        case .text, .path, .choice, .numberOrText, .scalar: false
        }
    }
}
