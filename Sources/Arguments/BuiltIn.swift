import Formats

/// The commands that every program has.
enum BuiltIn {
    static let commands = [
        (name: "help", summary: "Show the help of a command, or with --manual the manual page."),
        (name: "completion", summary: "Print the script that completes commands in bash."),
    ]

    static func completionHelp(_ program: String) -> String {
        """
        Usage: \(program) completion [bash]

        Print the script that completes commands, options and values in bash.

        Examples:
          source <(\(program) completion)
              Complete in this shell.
          \(program) completion > /etc/bash_completion.d/\(program)
              Complete in every new shell.

        """
    }
}

/// Arguments as a message shows them.
func quotedList(_ arguments: some Sequence<String>) -> String {
    arguments.map(quoted).joined(separator: " ")
}
