/// A command of a program: what it is called, what it reads, what it leads to.
package struct Command<Action: Sendable>: Sendable {
    let name: String
    let summary: String
    let discussion: String
    let examples: [Example]
    let subcommands: [Command]
    let read: (@Sendable (Invocation) -> Action)?

    /// A command that acts.
    ///
    /// - Parameters:
    ///   - name: one word, in small letters.
    ///   - summary: one sentence, for the list of commands.
    ///   - discussion: paragraphs parted by blank lines.
    ///   - examples: shown at the end of the help.
    ///   - read: calls the same accessors on every run, whatever they return.
    package init(
        _ name: String,
        _ summary: String,
        discussion: String = "",
        examples: [Example] = [],
        read: @escaping @Sendable (Invocation) -> Action
    ) {
        self.init(name, summary, discussion: discussion, examples: examples, subcommands: [], read: read)
    }

    /// A command with commands of its own; with `read` it acts when none of them is named.
    package init(
        _ name: String,
        _ summary: String,
        discussion: String = "",
        examples: [Example] = [],
        subcommands: [Command],
        read: (@Sendable (Invocation) -> Action)? = nil
    ) {
        self.name = name
        self.summary = summary
        self.discussion = discussion
        self.examples = examples
        self.subcommands = subcommands
        self.read = read
    }

    /// What the command reads.
    var table: OptionTable {
        guard let read else { return OptionTable() }
        let invocation = Invocation(describing: [name])
        _ = read(invocation)
        return invocation.table
    }
}

/// A command line that works, and what it does.
package struct Example: Sendable {
    let line: String
    let meaning: String

    /// The line stands without the program's name: `replay --from-block 100`.
    package init(_ line: String, _ meaning: String) {
        self.line = line
        self.meaning = meaning
    }
}
