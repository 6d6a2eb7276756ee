import Arguments
import Ethereum
import Formats
import JSON
import RelayCore
import RelayStore
import RelayerConfiguration
import SQLite
import Transport

/// `jobs`: the requests, one request, or one to be taken up again.
struct JobsCommand: RunnableCommand {
    enum Task: Sendable {
        case list(states: [RequestState], limit: Int)
        case rejected(limit: Int)
        case show(String)
        case retry(String)
    }

    let configuration: String
    let json: Bool
    let task: Task

    private static let identifier = "The request: its hash, 8 or more of its hex digits, or [CONTRACT:]JOBID."

    static let command = Command<any RunnableCommand>(
        "jobs",
        "List the requests, show everything about one, or take a dead one up again.",
        examples: [
            Example("jobs", "The newest requests."),
            Example("jobs --state dead", "Those that cannot be answered on chain."),
            Example("jobs show 17", "Everything that happened to job 17, with raw errors and costs."),
            Example("jobs retry 0x04e953343a05", "Take a dead request up again."),
        ],
        subcommands: [
            Command(
                "show",
                "Show everything that happened to a request.",
                examples: [
                    Example("jobs show 17", "By the contract's number."),
                    Example("jobs show 0x04e953343a05 --json", "By the first digits of its hash, for a program."),
                ]
            ) { arguments in
                JobsCommand(
                    configuration: arguments.configuration(),
                    json: arguments.flag("json", "As a JSON object."),
                    task: .show(arguments.positional("ID", .text, identifier))
                )
            },
            Command(
                "retry",
                "Take a dead request up again.",
                discussion: """
                    Where it has an answer, that is settled anew; otherwise its compute begins anew. A running relayer does \
                    it at once, otherwise the next run.
                    """,
                examples: [Example("jobs retry 17", "Once its account has money again, for one.")]
            ) { arguments in
                JobsCommand(
                    configuration: arguments.configuration(),
                    json: arguments.flag("json", "As a JSON object."),
                    task: .retry(arguments.positional("ID", .text, identifier))
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
        case .show(let id):
            let listed = try find(id, in: view)
            guard let dossier = try view.dossier(listed.request.id) else { throw CommandFailure("\(id) is gone") }
            if json { Output.line(dossier.json.line) } else { Output.write(dossier.text) }
        case .retry(let id):
            return try await retry(try find(id, in: view), view, wiring)
        }
        return .done
    }

    private func find(_ id: String, in view: StoreView) throws -> Listed {
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

    private func retry(_ listed: Listed, _ view: StoreView, _ wiring: Wiring) async throws -> ExitCode {
        guard listed.request.state == .dead else {
            throw CommandFailure(
                "\(listed.shortHash) is \(listed.request.state.rawValue), not dead: nothing to take up"
            )
        }
        let arguments: JSONValue = ["request": .number(JSONNumber(listed.request.id))]
        let number = try view.instruct(
            "retry",
            arguments: arguments.line,
            at: Timestamp(milliseconds: wiring.time.now())
        )
        var isDone = false
        for _ in 0..<30 where !isDone {
            if let instruction = try view.instruction(number), let outcome = instruction.outcome {
                guard instruction.state == .done else { throw CommandFailure(outcome) }
                isDone = true
            } else {
                try await wiring.time.sleep(for: .milliseconds(100))
            }
        }
        let when = FileLock.isHeld(path: wiring.settings.database) ? "as soon as it can" : "when it runs next"
        try tell(listed, isDone, number, when, in: view)
        return .done
    }

    private func tell(
        _ listed: Listed,
        _ isDone: Bool,
        _ number: Int64,
        _ when: String,
        in view: StoreView
    ) throws {
        let state = try view.find(.hash(listed.request.observed.hash)).first?.request.state ?? .dead
        let id = "\(listed.shortHash) (job \(listed.request.observed.jobID))"
        guard json else {
            return Output.line(
                isDone
                    ? "\(id) is taken up again: \(state.rawValue)"
                    : "noted: the relayer takes \(id) up \(when)"
            )
        }
        let outcome: JSONValue = [
            "hash": .string(listed.request.observed.hash.hex),
            "jobId": .string(listed.request.observed.jobID.description), "instruction": .number(JSONNumber(number)),
            "done": .bool(isDone), "state": .string(state.rawValue),
        ]
        Output.line(outcome.line)
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
