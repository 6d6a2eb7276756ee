import Formats

/// The script that completes a program's commands, options and values in bash.
struct BashCompletion {
    private let name: String
    private var commands: [String] = []
    private var values: [String] = []
    private var words: [String] = []

    init<Action>(_ program: Program<Action>) {
        name = program.root.name
        let builtIn = BuiltIn.commands.map(\.name)
        add(program.root, path: "", more: builtIn + ["--version"])
        words.append("'help') words=\(Self.quote(program.root.subcommands.map(\.name) + ["--manual"]));;")
        words.append("'completion') words='bash';;")
        commands += builtIn.map { "'\($0)'" }
    }

    var text: String {
        let function = "_" + name.map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()
        return """
            # Completion of \(name) in bash: source <(\(name) completion)
            \(function)() {
                local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} path= words= i
                [[ $current == '=' ]] && current=
                [[ $previous == '=' ]] && previous=${COMP_WORDS[COMP_CWORD-2]}
                for ((i = 1; i < COMP_CWORD; i++)); do
                    case ${path:+$path }${COMP_WORDS[i]} in
                    \(commands.joined(separator: " | "))) path=${path:+$path }${COMP_WORDS[i]};;
                    esac
                done
                case ${path:+$path }$previous in
            \(values.map { "    " + $0 }.joined(separator: "\n"))
                esac
                case $path in
            \(words.map { "    " + $0 }.joined(separator: "\n"))
                esac
                mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
            }
            complete -F \(function) \(name)

            """
    }

    private mutating func add<Action>(_ command: Command<Action>, path: String, more: [String]) {
        let table = command.table
        let options = (table.options + [OptionTable.help]).map(\.spelling)
        words.append(
            "'\(path)') words=\(Self.quote(command.subcommands.map(\.name) + more + options))\(files(table));;"
        )
        for option in table.options where option.takesValue { add(option, path: path) }
        for subcommand in command.subcommands {
            let subpath = path.isEmpty ? subcommand.name : "\(path) \(subcommand.name)"
            commands.append("'\(subpath)'")
            add(subcommand, path: subpath, more: [])
        }
    }

    /// What may stand after an option.
    private mutating func add(_ option: OptionDescription, path: String) {
        let prefix = path.isEmpty ? "" : path + " "
        let spellings = ([option.spelling] + (option.shortSpelling.map { [$0] } ?? [])).map { "'\(prefix)\($0)'" }
        let action =
            switch option.schema {
            case .text, .integer, .numberOrText, .scalar: "COMPREPLY=(); return"
            case .path: Self.files + "; return"
            case .boolean: Self.propose(["true", "false"])
            case .choice(let words): Self.propose(words)
            }
        values.append("\(spellings.joined(separator: " | "))) \(action);;")
    }

    private static func propose(_ words: [String]) -> String {
        "mapfile -t COMPREPLY < <(compgen -W \(quote(words)) -- \"$current\"); return"
    }

    private static let files = #"compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$current")"#

    /// Where a file may stand as an argument, and no option is begun.
    private func files(_ table: OptionTable) -> String {
        guard table.positionals.contains(where: { $0.schema == .path }) else { return "" }
        return "; [[ $current == -* ]] || { \(Self.files); return; }"
    }

    private static func quote(_ words: [String]) -> String { "'\(words.joined(separator: " "))'" }
}
