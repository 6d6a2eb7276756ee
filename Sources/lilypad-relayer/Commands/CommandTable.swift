import Arguments
import Formats

/// A command that has been read from the command line.
protocol RunnableCommand: Sendable {
    func run() async throws -> ExitCode
}

/// All commands: their options, help, completion and manual page come from here.
enum CommandTable {
    static let program = Program<any RunnableCommand>(
        "lilypad-relayer",
        "Runs the compute that smart contracts ask for on Bacalhau, and brings the results back on chain.",
        version: "lilypad-relayer \(Version.text)",
        examples: [
            Example(
                "config init --contract 0x… --rpc http://127.0.0.1:8545 --bacalhau http://127.0.0.1:1234",
                "Write a settings file."
            ),
            Example("doctor", "Say what is wrong with nodes, contract, account and orchestrator."),
            Example("run", "Follow the contract and answer it."),
            Example("jobs show 17", "Everything that happened to the request with job id 17."),
            Example("policy test hello.json", "Would this spec be run, and if not, why?"),
        ],
        exitStatuses: ExitCode.table,
        commands: [
            RunCommand.command, ReplayCommand.command, StatusCommand.command, JobsCommand.command,
            ChainCommand.command, DoctorCommand.command, ConfigCommand.command, PolicyCommand.command,
            KeyCommand.command, RequestCommand.command, VersionCommand.command,
        ]
    )
}
