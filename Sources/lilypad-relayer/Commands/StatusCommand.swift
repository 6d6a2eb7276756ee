import Arguments
import Ethereum
import JSON
import Relay
import RelayCore
import RelayStore
import RelayerConfiguration
import SQLite
import Transport

/// `status`: how the relayer is, from its database, whether it runs or not.
struct StatusCommand: RunnableCommand {
    let configuration: String
    let json: Bool
    let check: Bool

    static let command = Command<any RunnableCommand>(
        "status",
        "Show how the relayer is: the chain, its requests, what is unreachable, what is dead.",
        discussion: "It reads the database and asks nobody else, so it works beside a running relayer and without one.",
        examples: [
            Example("status", "For people."),
            Example("status --json", "For programs."),
            Example("status --check", "For a health check: ends with 1 and says why, unless all is well."),
        ]
    ) { arguments in
        StatusCommand(
            configuration: arguments.configuration(),
            json: arguments.flag("json", "As a JSON object."),
            check: arguments.flag(
                "check",
                "End with 1 unless a relayer runs, reaches what it needs and sees new blocks."
            )
        )
    }

    func run() async throws -> ExitCode {
        let wiring = try Wiring(configuration: configuration, needsAccount: false)
        let overview = try wiring.storeView().overview()
        let status = Status(
            overview,
            settings: wiring.settings,
            now: Timestamp(milliseconds: wiring.time.now()),
            isHeld: FileLock.isHeld(path: wiring.settings.database)
        )
        if json { Output.line(status.json.line) } else { Output.write(status.text) }
        guard check, !status.isHealthy else { return .done }
        for problem in status.problems { Output.error("lilypad-relayer: \(problem.shown(limit: 400))") }
        return .failed
    }
}

/// An overview with the relayer's own report read.
struct Status {
    let overview: Overview
    let settings: RelayerSettings
    let now: Timestamp
    /// Whether a process has the role of this database's relayer: one that was killed cannot say that it is gone.
    let isHeld: Bool
    private let health: RelayerHealth
    private let report: JSONValue?

    init(_ overview: Overview, settings: RelayerSettings, now: Timestamp, isHeld: Bool) {
        self.overview = overview
        self.settings = settings
        self.now = now
        self.isHeld = isHeld
        health = RelayerHealth(overview, isHeld: isHeld, now: now)
        let told = RelayerReport(overview)
        report = told?.json
        unreachable = told?.unreachable ?? []
    }

    private let unreachable: [(what: String, reason: String?)]
    private var isRunning: Bool { health.life == .running }
    var isHealthy: Bool { health.isWell }
    /// Why it is not healthy.
    var problems: [String] { health.problems }

    var text: String {
        var lines: [String] = []
        lines.append("chain        \(chainText)")
        lines.append("relayer      \(relayerText)")
        if let account = report?["account"]?.string { lines.append("account      \(account)\(balanceText)") }
        if let halt = overview.chain.halt {
            lines.append("HALTED       since \(TimeText.absolute(halt.at)): \(halt.reason.shown(limit: 1_024))")
            lines.append("             look: lilypad-relayer chain show")
        }
        if let head { lines.append("head         block \(head)\(headAge)") }
        if let final = overview.chain.final { lines.append("final        block \(final.number)\(ruleText)") }
        lines += nodeTexts + orchestratorTexts
        for cursor in overview.cursors {
            lines.append("contract     \(cursor.address.checksummed), \(Self.text(of: cursor))")
        }
        for gap in overview.gaps {
            lines.append("gap          \(gap.text)")
            lines.append(
                "             read it from a node that has it: lilypad-relayer replay --from-block"
                    + " \(gap.range.lowerBound) --to-block \(gap.range.upperBound)"
            )
        }
        lines.append(
            "requests     " + overview.counts.map { "\($0.count) \($0.state.rawValue)" }.joined(separator: ", ")
        )
        if let waiting { lines.append("waiting      \(waiting)") }
        lines.append("rejected     \(overview.rejected) logs")
        if overview.openInstructions > 0 { lines.append("instructions \(overview.openInstructions) open") }
        lines += unreachableTexts
        for held in overview.held {
            lines.append(
                "held         \(held.shortHash) job \(held.request.observed.jobID): \((held.reason ?? "").shown())"
            )
        }
        for dead in overview.dead {
            lines.append(
                "dead         \(dead.shortHash) job \(dead.request.observed.jobID),"
                    + " \(TimeText.duration(now - dead.changedAt)) ago: \((dead.reason ?? "").shown())"
            )
        }
        if !overview.dead.isEmpty {
            lines.append("             take one up again: lilypad-relayer jobs retry ID")
            lines.append("             close one for good: lilypad-relayer jobs drop ID --reason TEXT")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What is away, with its reason; of one that does not run, what was away when it did.
    private var unreachableTexts: [String] {
        guard isRunning || health.life == .starting else { return [] }
        return unreachable.map { what, reason in
            "unreachable  \(what)" + (reason.map { ": \($0.shown(limit: 400))" } ?? "")
        }
    }

    private static func text(of cursor: ContractCursor) -> String {
        guard cursor.nextBlock > cursor.startBlock else {
            return "nothing read yet, from block \(cursor.startBlock) on"
        }
        return "read up to block \(cursor.nextBlock - 1)"
    }

    /// The newest block that is known of: what has been read may be newer than the last report.
    private var head: Int64? {
        [report?["head"]?.int64, overview.chain.links.last.map { Int64(clamping: $0.number) }].compactMap { $0 }.max()
    }

    /// A head of long ago is not the chain's.
    private var headAge: String {
        if let still = health.standstill { return ", no newer one for \(TimeText.duration(still))" }
        guard !isRunning, let at = overview.report?.at else { return "" }
        return " as of \(TimeText.duration(now - at)) ago"
    }

    private var chainText: String {
        guard let chainID = overview.chainID else { return "none yet" }
        guard chainID != "\(settings.chain.id)" else { return chainID }
        return "\(chainID) in this database, but chain.id is \(settings.chain.id): run will refuse that"
    }

    /// By which rule answers are released.
    private var ruleText: String { report?["settleRule"]?.string.map { " (\($0.shown()))" } ?? "" }

    /// One line for each node where there are several, or where the only one is not as it should be.
    private var nodeTexts: [String] {
        let nodes = report?["nodes"]?.array ?? []
        return nodes.compactMap { node in
            guard let url = node["node"]?.string, let state = node["state"]?.string else { return nil }
            guard nodes.count > 1 || state != "fit" else { return nil }
            let head = node["head"]?.int64.map { ", head block \($0)" } ?? ""
            let rest = node["restsUntil"]?.string.map { ", rests until \($0.shown())" } ?? ""
            let reason = node["reason"]?.string.map { ": \($0.shown(limit: 400))" } ?? ""
            let line = "node         \(url.shown(limit: 400)) \(state)\(head)\(rest)\(reason)"
            guard let error = node["lastError"], let text = error["text"]?.string, let at = error["at"]?.string else {
                return line
            }
            return "\(line)\n             last error at \(at.shown()): \(text.shown(limit: 400))"
        }
    }

    /// One line for each orchestrator where there are several, or where the only one is not as it should be.
    private var orchestratorTexts: [String] {
        let orchestrators = isRunning ? report?["orchestrators"]?.array ?? [] : []
        return orchestrators.compactMap { orchestrator in
            guard let name = orchestrator["orchestrator"]?.string, let state = orchestrator["state"]?.string else {
                return nil
            }
            guard orchestrators.count > 1 || state != "ok" else { return nil }
            let words = Self.orchestratorStates[state] ?? state.shown()
            let reason = orchestrator["reason"]?.string.map { ": \($0.shown(limit: 400))" } ?? ""
            return "orchestrator \(name.shown(limit: 100)) \(words)\(reason)"
        }
    }

    private static let orchestratorStates = [
        "ok": "ok", "unreachable": "unreachable", "denied": "lets us submit nothing",
        "noComputeNode": "no compute node",
        "held": "submitting stopped by the circuit breaker",
    ]

    /// As of the last settlement, or of the start.
    private var balanceText: String {
        guard let gwei = report?["counters"]?["account.gwei"]?.int64.flatMap(UInt64.init(exactly:)) else { return "" }
        return ", \(Ether.text(UInt256(gwei).multipliedSaturating(by: UInt256(1_000_000_000)))) ether"
    }

    /// Why observed requests get no job yet, if it is for want of room.
    private var waiting: String? {
        func count(_ states: RequestState...) -> Int {
            overview.counts.filter { states.contains($0.state) }.reduce(0) { $0 + $1.count }
        }
        let slots = settings.bacalhau.maxRunningJobs
        guard count(.observed) > 0, count(.accepted, .submitted) >= slots else { return nil }
        return "observed requests wait until one of \(slots) jobs ends (bacalhau.maxRunningJobs)"
    }

    private var relayerText: String {
        let age = overview.report.map { TimeText.duration(now - $0.at) } ?? ""
        switch health.life {
        case .neverRan: return "has never run on this database"
        case .gone: return "not running (last sign of life \(age) ago)"
        case .starting:
            let names = unreachable.map(\.what)
            return "starting" + (names.isEmpty ? "" : ", waits for \(names.joined(separator: ", "))")
        case .running: break
        }
        let process = report?["process"]?.int64.map { ", process \($0)" } ?? ""
        return "running, version \(report?["version"]?.string ?? "?")\(process), seen \(age) ago"
    }

    /// Whether it runs is ours to say: one that halted or was killed did not say that it is gone.
    private var reportJSON: JSONValue {
        guard let members = report?.object else { return .null }
        return .object(members.map { $0.name == "running" ? JSONMember("running", .bool(isRunning)) : $0 })
    }

    var json: JSONValue {
        [
            "chainId": overview.chainID.flatMap(UInt64.init).map { .number(JSONNumber($0)) } ?? .null,
            "genesis": overview.genesisHash.map { .string($0.hex) } ?? .null,
            "running": .bool(isRunning),
            "starting": .bool(health.life == .starting),
            "problems": .array(health.problems.map { .string($0) }),
            "reportedAt": overview.report.map { .string(TimeText.absolute($0.at)) } ?? .null,
            "halt": overview.chain.halt.map(\.json) ?? .null,
            "finalBlock": overview.chain.final.map { .number(JSONNumber($0.number)) } ?? .null,
            "report": reportJSON,
            "contracts": .array(
                overview.cursors.map { cursor in
                    [
                        "address": .string(cursor.address.checksummed),
                        "nextBlock": .number(JSONNumber(cursor.nextBlock)),
                        "secondReadingNextBlock": .number(JSONNumber(cursor.secondBlock)),
                    ]
                }
            ),
            "gaps": .array(overview.gaps.map(\.json)),
            "requests": .object(
                overview.counts.map { JSONMember($0.state.rawValue, .number(JSONNumber($0.count))) }
            ),
            "rejectedLogs": .number(JSONNumber(overview.rejected)),
            "waitsForRoom": .bool(waiting != nil),
            "openInstructions": .number(JSONNumber(overview.openInstructions)),
            "held": .array(overview.held.map(\.json)),
            "dead": .array(overview.dead.map(\.json)),
        ]
    }
}
