import Formats

/// What one command reads: the source of parsing, help, completion and manual page.
struct OptionTable: Sendable, Equatable {
    var options: [OptionDescription] = []
    var positionals: [PositionalDescription] = []

    func option(_ name: String) -> OptionDescription? {
        options.first { $0.spelling == name || $0.shortSpelling == name }
    }

    /// What each command has.
    static let help = OptionDescription(name: "help", short: "h", presence: .flag, help: "Show this help.")
}

/// One option.
struct OptionDescription: Sendable, Equatable {
    enum Presence: Sendable, Equatable {
        /// Takes no value.
        case flag
        case required
        case optional
        case repeated
        case defaulted(String)
    }

    /// Without its dashes.
    let name: String
    let short: Character?
    /// How the help calls the value; empty for a flag.
    var placeholder = ""
    let presence: Presence
    let help: String
    /// Completes "expected …".
    var expectation = ""
    var schema = ValueSchema.text(pattern: nil)

    var spelling: String { "--\(name)" }
    var shortSpelling: String? { short.map { "-\($0)" } }
    var takesValue: Bool { presence != .flag }

    /// `--from-block N`.
    var usage: String { takesValue ? "\(spelling) \(placeholder)" : spelling }
}

/// One argument that is told by its position.
struct PositionalDescription: Sendable, Equatable {
    enum Presence: Sendable, Equatable {
        case required
        case optional
        case repeated
    }

    let placeholder: String
    let presence: Presence
    let help: String
    let expectation: String
    let schema: ValueSchema

    var usage: String {
        switch presence {
        case .required: placeholder
        case .optional: "[\(placeholder)]"
        case .repeated: "[\(placeholder)...]"
        }
    }
}
