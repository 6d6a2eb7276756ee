/// The help of one command, the same for the same program everywhere.
struct HelpText {
    private let path: [String]
    private let summary: String
    private let discussion: String
    private let examples: [Example]
    private let table: OptionTable
    private let commands: [(String, String)]
    private let acts: Bool
    private let exitStatuses: [ExitStatus]

    init<Action>(_ program: Program<Action>, _ path: [Command<Action>]) {
        let command = path.last ?? program.root
        self.path = path.map(\.name)
        summary = command.summary
        discussion = command.discussion
        examples = command.examples
        acts = command.read != nil
        exitStatuses = path.count == 1 ? program.exitStatuses : []
        var table = command.table
        table.options += [OptionTable.help]
        var commands = command.subcommands.map { ($0.name, $0.summary) }
        if path.count == 1 {
            table.options.append(
                OptionDescription(name: "version", short: nil, presence: .flag, help: "Show the version.")
            )
            commands += BuiltIn.commands.map { ($0.name, $0.summary) }
        }
        self.table = table
        self.commands = commands
    }

    var text: String {
        let parts = [
            usage, WrappedText.lines(summary, width: WrappedText.width), discussionLines,
            titled("Commands:", WrappedText.columns(commands)),
            titled("Arguments:", WrappedText.columns(table.positionals.map { ($0.placeholder, $0.help) })),
            titled("Options:", WrappedText.columns(table.options.map { ($0.leftColumn, $0.rightColumn) })),
            titled("Examples:", exampleLines),
            titled("Exit status:", WrappedText.columns(exitStatuses.map { (String($0.number), $0.meaning) })), more,
        ]
        return parts.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
    }

    /// `Usage: lilypad-relayer replay --from-block N [OPTIONS]`, a line for each form.
    private var usage: [String] {
        let name = path.joined(separator: " ")
        var forms: [String] = []
        if acts { forms.append(([name] + operands).joined(separator: " ")) }
        if !commands.isEmpty { forms.append("\(name) COMMAND [OPTIONS]") }
        return forms.enumerated().map { ($0 == 0 ? "Usage: " : "       ") + $1 }
    }

    private var operands: [String] {
        let required = table.options.filter { $0.presence == .required }.map(\.usage)
        return required + ["[OPTIONS]"] + table.positionals.map(\.usage)
    }

    private var discussionLines: [String] {
        let paragraphs = WrappedText.paragraphs(discussion).map { WrappedText.lines($0, width: WrappedText.width) }
        return Array(paragraphs.joined(separator: [""]))
    }

    private var exampleLines: [String] {
        examples.flatMap { example in
            ["  \(path.first ?? "") \(example.line)"]
                + WrappedText.lines(example.meaning, width: WrappedText.width - 6).map { "      " + $0 }
        }
    }

    private var more: [String] {
        commands.isEmpty ? [] : ["Help of a command: \(path.joined(separator: " ")) COMMAND --help"]
    }

    private func titled(_ title: String, _ lines: [String]) -> [String] { lines.isEmpty ? [] : [title] + lines }
}

extension OptionDescription {
    /// `-c, --config FILE`.
    var leftColumn: String { (shortSpelling.map { "\($0), " } ?? "    ") + usage }

    /// The help, and what follows when the option is left out.
    var rightColumn: String {
        switch presence {
        case .flag, .optional: help
        case .required: "\(help) Required."
        case .repeated: "\(help) May be given several times."
        case .defaulted(let text): "\(help) Default: \(text)."
        }
    }
}
