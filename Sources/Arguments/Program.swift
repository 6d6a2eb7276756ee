/// Reads a command line by GNU's conventions; pure: no I/O, nothing is printed here.
///
/// A program is a tree of commands. Each command has one function from an `Invocation` to its action. That function
/// reads and checks, and run without arguments it describes: help, completion and manual page come from it, so they
/// cannot differ from the code.
package struct Program<Action: Sendable>: Sendable {
    /// What a command line asks for.
    package enum Request: Sendable {
        /// What a command's `read` has made of its arguments; none of its values is a stand-in.
        case act(Action)
        /// A text for standard output: help, version, completion.
        case show(String)
    }

    let root: Command<Action>
    let version: String
    let exitStatuses: [ExitStatus]

    /// A program with its own commands; `help`, `completion`, `--help` and `--version` are added.
    package init(
        _ name: String,
        _ summary: String,
        version: String,
        discussion: String = "",
        examples: [Example] = [],
        exitStatuses: [ExitStatus] = [],
        commands: [Command<Action>]
    ) {
        root = Command(name, summary, discussion: discussion, examples: examples, subcommands: commands)
        self.version = version
        self.exitStatuses = exitStatuses
    }

    /// What the arguments (without the program's own name) ask for.
    ///
    /// Errors are wrong usage: the program prints them on standard error and ends with status 2.
    package func parse(_ arguments: [String]) throws(UsageError) -> Request {
        let route = try Route(root, arguments[...])
        switch route.arguments.first {
        case "help" where route.isRoot: return .show(try help(for: route.arguments.dropFirst()))
        case "completion" where route.isRoot: return .show(try completion(route.arguments.dropFirst()))
        case "--version" where route.isRoot: return .show(version + "\n")
        default: break
        }
        let options = route.arguments.prefix { $0 != "--" }
        if options.contains("-h") || options.contains("--help") { return .show(HelpText(self, route.path).text) }
        return .act(try route.action())
    }

    /// `help [--manual] [COMMAND...]`.
    private func help(for arguments: ArraySlice<String>) throws(UsageError) -> String {
        if arguments.first == "--manual" { return ManualPage(self).text }
        let route = try Route(root, arguments.filter { !["-h", "--help"].contains($0) }[...])
        switch route.arguments.first {
        case "completion" where route.isRoot: return BuiltIn.completionHelp(root.name)
        case "help" where route.isRoot, nil: break
        case let rest?: throw route.unknown(rest)
        }
        return HelpText(self, route.path).text
    }

    /// `completion [bash]`.
    private func completion(_ arguments: ArraySlice<String>) throws(UsageError) -> String {
        let shell = arguments.first ?? "bash"
        if ["-h", "--help"].contains(shell) { return BuiltIn.completionHelp(root.name) }
        guard shell == "bash", arguments.count <= 1 else {
            throw UsageError([root.name, "completion"], #"expected bash, found \#(quotedList(arguments))"#)
        }
        return BashCompletion(self).text
    }
}

/// What a program's exit status means.
package struct ExitStatus: Sendable {
    let number: Int
    let meaning: String

    /// Takes a few words for the help and the manual page, in small letters and without a full stop.
    package init(_ number: Int, _ meaning: String) {
        self.number = number
        self.meaning = meaning
    }
}
