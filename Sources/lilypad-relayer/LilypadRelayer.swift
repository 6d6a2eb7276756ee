import Arguments
import CLinux
import Glibc

/// The program: reads the command line, runs one command, and turns whatever happens into an exit status.
@main
enum LilypadRelayer {
    static func main() async {
        // A process that holds a key leaves no core file behind, and no other process of its user looks into it.
        _ = clinux_forbid_dumps()
        // Without /proc Swift sees no arguments; to start with none of them would be worse than not to start.
        guard !CommandLine.arguments.isEmpty else {
            Output.error("lilypad-relayer: cannot read its arguments: is /proc mounted?")
            exit(ExitCode.usage.rawValue)
        }
        exit(await run(Array(CommandLine.arguments.dropFirst())).rawValue)
    }

    private static func run(_ arguments: [String]) async -> ExitCode {
        do {
            switch try CommandTable.program.parse(arguments) {
            case .show(let text):
                Output.write(text)
                return try wholly(.done)
            case .act(let command):
                return try wholly(await command.run())
            }
        } catch let error as UsageError {
            Output.error("\(error)")
            return .usage
        } catch {
            return Failure(error).tell()
        }
    }

    /// A command whose results could not be written has failed: whoever reads them must not take a part for the whole.
    private static func wholly(_ code: ExitCode) throws -> ExitCode {
        if let problem = Output.problem { throw CommandFailure(problem) }
        return code
    }
}
