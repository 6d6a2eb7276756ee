import Arguments
import Formats

/// A program that uses every accessor once.
enum SampleAction: Equatable {
    enum Level: String, CaseIterable, Sendable {
        case debug
        case info
    }

    case run(config: String, level: Level, labels: [String], quiet: Bool)
    case replay(from: UInt64, to: UInt64?, json: Bool)
    case jobs(rejected: Bool)
    case show(id: String, verbose: Bool)
    case retry(ids: [String])
    case new(path: String?)

    static let program = Program<SampleAction>(
        "sample",
        "Follow a contract and answer it.",
        version: "sample 1.2.3",
        discussion: "First paragraph.\n\nSecond paragraph,\nstill the second.",
        examples: [Example("run --config sample.yaml", "Follow the contract that the file names.")],
        exitStatuses: [ExitStatus(0, "done"), ExitStatus(2, "wrong usage")],
        commands: [run, replay, jobs, key]
    )

    private static let run = Command<SampleAction>("run", "Follow, compute and settle until SIGTERM.") { given in
        .run(
            config: given.option("config", short: "c", "FILE", .path, default: "sample.yaml", "The settings."),
            level: given.option("log-level", "LEVEL", .choice(standIn: .info), default: .info, "What is told."),
            labels: given.repeated(
                "label",
                short: "l",
                "TEXT",
                .text,
                "A label of every line that is written to the log."
            ),
            quiet: given.flag("quiet", short: "q", "Say less.")
        )
    }

    private static let replay = Command<SampleAction>(
        "replay",
        "Work a range of blocks again.",
        discussion: "Every request in it is found again, and nothing is done twice.",
        examples: [Example("replay --from-block 100", "From block 100 to the head.")]
    ) { given in
        let from = given.option("from-block", "N", .whole(0...UInt64.max), "First block of the range.")
        let to = given.optional(
            "to-block",
            "M",
            .whole(0...UInt64.max),
            "Last block of the range; without it, the head."
        )
        if let to, to < from { given.refuse("--to-block \(to) is below --from-block \(from)") }
        return .replay(from: from, to: to, json: given.flag("json", "Report as JSON."))
    }

    private static let jobs = Command<SampleAction>(
        "jobs",
        "List jobs.",
        subcommands: [
            Command("show", "Show everything that happened to a job.") {
                .show(id: $0.positional("ID", .text, "The job."), verbose: $0.flag("verbose", short: "v", "Say more."))
            },
            Command("retry", "Take dead jobs up again.") { .retry(ids: $0.positionals("ID", .text, "The jobs.")) },
        ],
        read: { .jobs(rejected: $0.flag("rejected", "Only the rejected ones.")) }
    )

    private static let key = Command<SampleAction>(
        "key",
        "Make and look at keys.",
        subcommands: [
            Command("new", "Make a key.") { .new(path: $0.optionalPositional("FILE", .path, "Where it goes.")) }
        ]
    )

    /// The action; nil if there is none but a text or an error.
    static func action(_ line: String) -> SampleAction? {
        guard case .act(let action)? = try? program.parse(words(line)) else { return nil }
        return action
    }

    /// The text that is shown; nil if there is none but an action or an error.
    static func shown(_ line: String) -> String? {
        guard case .show(let text)? = try? program.parse(words(line)) else { return nil }
        return text
    }

    /// The error's text; nil if there is none.
    static func error(_ line: String) -> String? {
        do throws(UsageError) {
            _ = try program.parse(words(line))
            return nil
        } catch {
            return error.description
        }
    }

    /// `''` stands for an empty argument.
    private static func words(_ line: String) -> [String] {
        line.split(separator: " ").map { $0 == "''" ? "" : String($0) }
    }
}
