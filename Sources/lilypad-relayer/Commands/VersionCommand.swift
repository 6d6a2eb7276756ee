import Arguments
import JSON

/// `version`: which build this is.
struct VersionCommand: RunnableCommand {
    let json: Bool

    static let command = Command<any RunnableCommand>(
        "version",
        "Show the version.",
        examples: [Example("version --json", "For programs.")]
    ) { arguments in
        VersionCommand(json: arguments.flag("json", "As a JSON object."))
    }

    func run() async throws -> ExitCode {
        if json {
            let value: JSONValue = ["version": .string(Version.text)]
            Output.line(String(decoding: JSONWriter.bytes(of: value), as: UTF8.self))
        } else {
            Output.line("lilypad-relayer \(Version.text)")
        }
        return .done
    }
}

enum Version {
    static let text = "0.1.0"
}
