/// The manual page of a program, in man(7)'s macros: `lilypad-relayer help --manual | man -l -`.
struct ManualPage {
    private let name: String
    private var lines: [String] = []

    init<Action>(_ program: Program<Action>) {
        let root = program.root
        name = root.name
        lines.append(
            ".TH \(Self.quote(root.name.uppercased())) 1 \"\" \(Self.quote(program.version))"
        )
        lines += [".SH NAME", "\(Self.escape(root.name)) \\- \(Self.escape(root.summary))"]
        lines += [".SH SYNOPSIS", ".B \(Self.escape(root.name))", "\\fICOMMAND\\fR [\\fIOPTIONS\\fR]"]
        if !root.discussion.isEmpty {
            lines.append(".SH DESCRIPTION")
            paragraphs(root.discussion)
        }
        lines.append(".SH COMMANDS")
        for command in root.subcommands { add(command, path: command.name) }
        for command in BuiltIn.commands { lines += [".SS \(Self.quote(command.name))", Self.escape(command.summary)] }
        if !root.examples.isEmpty { lines.append(".SH EXAMPLES") }
        add(root.examples)
        guard !program.exitStatuses.isEmpty else { return }
        lines.append(".SH \"EXIT STATUS\"")
        for status in program.exitStatuses { term(String(status.number), status.meaning) }
    }

    var text: String { lines.joined(separator: "\n") + "\n" }

    private mutating func add<Action>(_ command: Command<Action>, path: String) {
        let table = command.table
        if command.read != nil {
            let required = table.options.filter { $0.presence == .required }.map(\.usage)
            let usage = [path] + required + table.positionals.map(\.usage)
            lines += [".SS \(Self.quote(usage.joined(separator: " ")))", Self.escape(command.summary)]
            paragraphs(command.discussion)
            for positional in table.positionals {
                term("\\fI\(Self.escape(positional.placeholder))\\fR", positional.help)
            }
            for option in table.options {
                term("\\fB\(Self.escape(option.leftColumn.trimmed))\\fR", option.rightColumn)
            }
            add(command.examples)
        }
        for subcommand in command.subcommands { add(subcommand, path: "\(path) \(subcommand.name)") }
    }

    private mutating func add(_ examples: [Example]) {
        for example in examples { term("\\f(CR\(Self.escape("\(name) \(example.line)"))\\fR", example.meaning) }
    }

    private mutating func paragraphs(_ text: String) {
        for paragraph in WrappedText.paragraphs(text) { lines += [".PP", Self.escape(paragraph)] }
    }

    private mutating func term(_ term: String, _ text: String) { lines += [".TP", term, Self.escape(text)] }

    /// A text that troff takes as it is.
    private static func escape(_ text: String) -> String {
        let escaped = text.map { character in
            switch character {
            case "\\": "\\e"
            case "-": "\\-"
            case "\n": " "
            default: String(character)
            }
        }
        let line = escaped.joined()
        return line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" + line : line
    }

    private static func quote(_ text: String) -> String {
        "\"" + escape(text).map { $0 == "\"" ? "\\(dq" : String($0) }.joined() + "\""
    }
}

extension String {
    /// Without the blanks at its start.
    fileprivate var trimmed: String { String(drop { $0 == " " }) }
}
