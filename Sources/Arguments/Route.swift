import Formats

/// The way from the program to the command that is named, and the arguments that are left for it.
struct Route<Action: Sendable> {
    let path: [Command<Action>]
    let arguments: ArraySlice<String>

    var isRoot: Bool { path.count == 1 }
    private var names: [String] { path.map(\.name) }

    init(_ root: Command<Action>, _ arguments: ArraySlice<String>) throws(UsageError) {
        var path = [root]
        var command = root
        var rest = arguments
        while let word = rest.first, let next = command.subcommands.first(where: { $0.name == word }) {
            path.append(next)
            command = next
            rest = rest.dropFirst()
        }
        self.path = path
        self.arguments = rest
    }

    /// What the last command makes of the arguments.
    func action() throws(UsageError) -> Action {
        guard let command = path.last, let read = command.read else { throw noCommand() }
        let table = command.table
        let given = try GivenArguments(arguments, table, path: names)
        if let word = given.positionals.first, table.positionals.isEmpty, !command.subcommands.isEmpty {
            throw unknown(word)
        }
        let invocation = Invocation(given, path: names)
        let action = read(invocation)
        try invocation.finish()
        return action
    }

    /// Nothing acts without a command.
    private func noCommand() -> UsageError {
        if let word = arguments.first { return unknown(word) }
        return UsageError(names, "a command is required: \(alternatives(known))")
    }

    /// The word that should have been a command.
    func unknown(_ word: String) -> UsageError {
        if word.hasPrefix("-"), word != "-" {
            return UsageError(names, "unknown option \(quoted(word)); options come after the command")
        }
        if known.contains(word) {
            let line = (names + [word]).joined(separator: " ")
            return UsageError(names, "the command \(quoted(word)) comes before the options: \(line)")
        }
        if known.isEmpty { return UsageError(names, "unexpected argument \(quoted(word))") }
        let remedy = nearestName(to: word, among: known).map { "did you mean \(quoted($0))?" }
        return UsageError(
            names,
            "unknown command \(quoted(word)); \(remedy ?? "expected \(alternatives(known))")"
        )
    }

    private var known: [String] {
        (path.last?.subcommands.map(\.name) ?? []) + (isRoot ? BuiltIn.commands.map(\.name) : [])
    }
}
