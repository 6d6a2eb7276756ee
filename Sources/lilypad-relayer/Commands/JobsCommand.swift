import Arguments
import Ethereum
import Formats
import JSON
import RelayCore
import RelayStore
import RelayerConfiguration
import SQLite
import Transport

/// `jobs`: the requests, one request, or one of the dead letter to be taken up again or closed.
struct JobsCommand: RunnableCommand {
    enum Task: Sendable {
        case list(states: [RequestState], limit: Int)
        case rejected(limit: Int)
        case show(String, ShownForm)
        case retry(String)
        case drop(String, reason: String)
    }

    let configuration: String
    let json: Bool
    let task: Task

    private static let identifier = "The request: its hash, 8 or more of its hex digits, or [CONTRACT:]JOBID."

    static let command = Command<any RunnableCommand>(
        "jobs",
        "List the requests, show everything about one, take a dead one up again or close it.",
        examples: [
            Example("jobs", "The newest requests."),
            Example("jobs --state dead", "Those that cannot be answered on chain."),
            Example("jobs show 17", "Everything that happened to job 17, with raw errors and costs."),
            Example("jobs retry 0x04e953343a05", "Take a dead request up again."),
            Example("jobs drop 17 --reason spam", "Close a dead request for good."),
        ],
        subcommands: [
            Command(
                "show",
                "Show everything that happened to a request.",
                discussion: """
                    A time line: who asked for what, verdicts, each try with its calls and what they were answered, \
                    executions, the answer, each transaction with its fees, and what all that took and cost.
                    """,
                examples: [
                    Example("jobs show 17", "By the contract's number."),
                    Example("jobs show 0x04e953343a05 --json", "By the first digits of its hash, for a program."),
                    Example("jobs show 17 --spec", "What was asked, byte for byte."),
                    Example("jobs show 17 --sent", "The body that the orchestrator was sent for it."),
                    Example(
                        "jobs show 17 --bundle report.json",
                        "A file for a report of what went wrong, without keys."
                    ),
                ]
            ) { arguments in
                let json = arguments.flag("json", "All of it as a JSON object.")
                let form = ShownForm(arguments)
                if json, form != .people { arguments.refuse("--json excludes --spec, --sent and --bundle") }
                return JobsCommand(
                    configuration: arguments.configuration(),
                    json: json,
                    task: .show(arguments.positional("ID", .text, identifier), form)
                )
            },
            Command(
                "retry",
                "Take a dead request up again, or a dropped one.",
                discussion: """
                    Where it has an answer, that is settled anew; otherwise its compute begins anew, under the next name. A \
                    running relayer does it at once, otherwise the next run.
                    """,
                examples: [Example("jobs retry 17", "Once its account has money again, for one.")]
            ) { arguments in
                JobsCommand(
                    configuration: arguments.configuration(),
                    json: arguments.flag("json", "As a JSON object."),
                    task: .retry(arguments.positional("ID", .text, identifier))
                )
            },
            Command(
                "drop",
                "Close a dead request for good.",
                discussion: """
                    Nothing more is done for it, and it is no longer counted as dead. The reason and who gave it stay in its \
                    history, and 'jobs retry' takes it up again all the same. A running relayer does it at once, otherwise \
                    the next run.
                    """,
                examples: [
                    Example(
                        "jobs drop 17 --reason 'its contract never calls back'",
                        "It is left at that, and the history says why."
                    )
                ]
            ) { arguments in
                let reason = arguments.option("reason", "TEXT", .text, "Why: at most 1,000 bytes.")
                if reason.utf8.count > 1_000 { arguments.refuse("--reason has more than 1,000 bytes: shorten it") }
                if reason.allSatisfy(\.isWhitespace) { arguments.refuse("--reason is blank: say why it is dropped") }
                return JobsCommand(
                    configuration: arguments.configuration(),
                    json: arguments.flag("json", "As a JSON object."),
                    task: .drop(arguments.positional("ID", .text, identifier), reason: reason)
                )
            },
        ]
    ) { arguments in
        let configuration = arguments.configuration()
        let json = arguments.flag("json", "As JSON, one object a line.")
        let rejected = arguments.flag("rejected", "The logs in quarantine: no requests, kept with their reasons.")
        let states = arguments.repeated(
            "state",
            "STATE",
            .choice(standIn: RequestState.observed),
            "Only this state: \(alternatives(RequestState.allCases.map(\.rawValue)))."
        )
        let limit = arguments.option("limit", "N", .whole(1...100_000), default: 50, "How many at most.")
        if rejected, !states.isEmpty {
            arguments.refuse("--state and --rejected exclude each other: a rejected log is no request")
        }
        return JobsCommand(
            configuration: configuration,
            json: json,
            task: rejected ? .rejected(limit: limit) : .list(states: states, limit: limit)
        )
    }

    func run() async throws -> ExitCode {
        let wiring = try Wiring(configuration: configuration, needsAccount: false)
        let view = try wiring.storeView()
        let now = Timestamp(milliseconds: wiring.time.now())
        switch task {
        case .list(let states, let limit):
            let found = try view.list(states: states, limit: limit)
            for listed in found { Output.line(json ? listed.json.line : listed.line(at: now)) }
            if found.isEmpty, !json { Output.error("no requests") }
        case .rejected(let limit):
            let logs = try view.rejected(limit: limit)
            for log in logs { Output.line(json ? log.json.line : log.line) }
            if logs.isEmpty, !json { Output.error("no rejected logs") }
        case .show(let id, let form):
            try show(id, form, wiring, view, at: now)
        case .retry(let id):
            return try await retry(try find(id, in: view), view, wiring)
        case .drop(let id, let reason):
            return try await drop(try find(id, in: view), reason, view, wiring)
        }
        return .done
    }

    func find(_ id: String, in view: StoreView) throws -> Listed {
        guard let key = RequestKey(id) else {
            throw CommandFailure(
                "\"\(id.shown(limit: 80))\" is no request: give its hash, 8 or more hex digits of it, or [CONTRACT:]JOBID",
                .usage
            )
        }
        let found = try view.find(key)
        guard let first = found.first else { throw CommandFailure("no request \(id.shown(limit: 80)) in the database") }
        guard found.count == 1 else {
            let list = found.map {
                "  \($0.request.observed.hash.hex)  job \($0.request.observed.jobID)"
                    + " of \($0.request.observed.contract)"
            }
            throw CommandFailure("\(id.shown(limit: 80)) may be:\n" + list.joined(separator: "\n"), .usage)
        }
        return first
    }
}

extension RejectedLog {
    fileprivate var line: String {
        "block \(blockNumber.map { "\($0)" } ?? "?") log \(logIndex.map { "\($0)" } ?? "?"): \(reason.shown(limit: 300))"
    }

    fileprivate var json: JSONValue {
        [
            "reason": .string(reason), "block": blockNumber.map { .number(JSONNumber($0)) } ?? .null,
            "logIndex": logIndex.map { .number(JSONNumber($0)) } ?? .null,
            "transaction": transactionHash.map { .string($0.hex) } ?? .null,
            "bytes": .string("0x" + Hex.encode(bytes)), "size": .number(JSONNumber(size)),
        ]
    }
}
