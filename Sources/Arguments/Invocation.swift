package import Formats

/// The arguments of one command, read option by option.
///
/// Each accessor checks one option and describes it. An error is noted, and a stand-in goes on in the value's place; no
/// stand-in leaves this module, because `Program.parse` then throws.
package final class Invocation {
    private(set) var table = OptionTable()
    private let given: GivenArguments
    private let path: [String]
    private let isDescribing: Bool
    private var taken = 0
    private var error: UsageError?

    init(_ given: GivenArguments, path: [String]) {
        self.given = given
        self.path = path
        isDescribing = false
    }

    /// An invocation of nothing, whose errors nobody sees.
    init(describing path: [String]) {
        given = GivenArguments()
        self.path = path
        isDescribing = true
    }

    // MARK: Options

    /// Whether the option is given.
    package func flag(_ name: String, short: Character? = nil, _ help: String) -> Bool {
        table.options.append(OptionDescription(name: name, short: short, presence: .flag, help: help))
        return given.options[name] != nil
    }

    /// An option that must be given.
    package func option<Value>(
        _ name: String,
        short: Character? = nil,
        _ placeholder: String,
        _ format: Format<Value>,
        _ help: String
    ) -> Value {
        let option = describe(name, short, placeholder, .required, format, help)
        guard let text = given.options[name]?.first else {
            note("\(option.spelling) is required, \(format.expectation): \(option.usage)")
            return format.standIn
        }
        return parse(text, format, option.spelling)
    }

    /// An option that may be left out.
    package func option<Value>(
        _ name: String,
        short: Character? = nil,
        _ placeholder: String,
        _ format: Format<Value>,
        default: Value,
        _ help: String
    ) -> Value {
        let option = describe(name, short, placeholder, .defaulted(format.write(`default`)), format, help)
        return given.options[name]?.first.map { parse($0, format, option.spelling) } ?? `default`
    }

    /// An option that may be left out, and then is nil.
    package func optional<Value>(
        _ name: String,
        short: Character? = nil,
        _ placeholder: String,
        _ format: Format<Value>,
        _ help: String
    ) -> Value? {
        let option = describe(name, short, placeholder, .optional, format, help)
        return given.options[name]?.first.map { parse($0, format, option.spelling) }
    }

    /// An option that may be given any number of times, in the order given.
    package func repeated<Value>(
        _ name: String,
        short: Character? = nil,
        _ placeholder: String,
        _ format: Format<Value>,
        _ help: String
    ) -> [Value] {
        let option = describe(name, short, placeholder, .repeated, format, help)
        return (given.options[name] ?? []).map { parse($0, format, option.spelling) }
    }

    // MARK: Positional arguments

    /// The next argument, which must be given.
    package func positional<Value>(_ placeholder: String, _ format: Format<Value>, _ help: String) -> Value {
        describe(placeholder, .required, format, help)
        guard let text = nextPositional() else {
            note("the argument \(placeholder) is missing: \(format.expectation)")
            return format.standIn
        }
        return parse(text, format, placeholder)
    }

    /// The next argument, which may be left out, and then is nil.
    package func optionalPositional<Value>(
        _ placeholder: String,
        _ format: Format<Value>,
        _ help: String
    ) -> Value? {
        describe(placeholder, .optional, format, help)
        return nextPositional().map { parse($0, format, placeholder) }
    }

    /// All arguments that are left.
    package func positionals<Value>(_ placeholder: String, _ format: Format<Value>, _ help: String) -> [Value] {
        describe(placeholder, .repeated, format, help)
        var values: [Value] = []
        while let text = nextPositional() { values.append(parse(text, format, placeholder)) }
        return values
    }

    // MARK: Checks of the program's own

    /// Notes an error that a format cannot see, such as two options that exclude each other.
    package func refuse(_ message: String) { note(message) }

    /// The first error.
    func finish() throws(UsageError) {
        if let error { throw error }
        if let word = nextPositional() { throw UsageError(path, "unexpected argument \(quoted(word))") }
    }

    // MARK: What the accessors share

    private func nextPositional() -> String? {
        guard taken < given.positionals.count else { return nil }
        taken += 1
        return given.positionals[taken - 1]
    }

    private func parse<Value>(_ text: String, _ format: Format<Value>, _ name: String) -> Value {
        do throws(Misfit) {
            return try format.parse(text)
        } catch {
            let reason = error.reason.map { ": \($0)" } ?? ""
            note("\(name): expected \(format.expectation), found \(format.show(text))\(reason)")
            return format.standIn
        }
    }

    private func note(_ message: String) {
        if error == nil && !isDescribing { error = UsageError(path, message) }
    }

    private func describe<Value>(
        _ name: String,
        _ short: Character?,
        _ placeholder: String,
        _ presence: OptionDescription.Presence,
        _ format: Format<Value>,
        _ help: String
    ) -> OptionDescription {
        let option = OptionDescription(
            name: name,
            short: short,
            placeholder: placeholder,
            presence: presence,
            help: help,
            expectation: format.expectation,
            schema: format.schema
        )
        table.options.append(option)
        return option
    }

    private func describe<Value>(
        _ placeholder: String,
        _ presence: PositionalDescription.Presence,
        _ format: Format<Value>,
        _ help: String
    ) {
        let positional = PositionalDescription(
            placeholder: placeholder,
            presence: presence,
            help: help,
            expectation: format.expectation,
            schema: format.schema
        )
        table.positionals.append(positional)
    }
}
