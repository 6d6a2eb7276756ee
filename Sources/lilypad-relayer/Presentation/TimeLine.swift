import Ethereum
import JSON
import RelayCore
import RelayStore

/// What happened to a request in the order in which it happened: its steps, the calls to the orchestrator, the
/// transactions.
struct TimeLine {
    private struct Entry {
        let at: Timestamp
        let title: String
        let details: [String]
    }

    private let entries: [Entry]

    init(_ dossier: Dossier) {
        // Of what was stored at once a call comes before the step that it led to, and behind the one that led to it.
        let causes = dossier.history.filter { $0.to == .observed || $0.to == .accepted }
        let steps = dossier.history.filter { $0.to != .observed && $0.to != .accepted }
        let unsorted =
            causes.map { Self.entry($0, dossier) } + dossier.calls.map(Self.entry)
            + steps.map { Self.entry($0, dossier) }
            + dossier.settlements.flatMap { settlement in settlement.attempts.map { Self.entry($0, settlement) } }
        entries = unsorted.enumerated().sorted { one, other in
            (one.element.at, one.offset) < (other.element.at, other.offset)
        }.map(\.element)
    }

    var lines: [String] {
        guard let first = entries.first else { return [] }
        return entries.flatMap { entry in
            let since = TimeText.seconds(entry.at - first.at)
            let padding = String(repeating: " ", count: max(2, 11 - since.count))
            let head = ColumnText.wrapped(entry.title, width: 60).enumerated().map { index, line in
                index == 0 ? "  \(TimeText.absolute(entry.at))  +\(since)\(padding)\(line)" : "      \(line)"
            }
            return head + entry.details.flatMap { ColumnText.indented($0, by: 6) }
        }
    }

    // MARK: Steps

    private static func entry(_ entry: AuditEntry, _ dossier: Dossier) -> Entry {
        let change =
            entry.from.map { $0 == entry.to ? "" : " (\($0.rawValue) → \(entry.to.rawValue))" } ?? ""
        // What a policy has against a spec is a reason a line.
        var details = (entry.detail ?? "").split(separator: "\n").map { String($0).shown(limit: 1_400) }
        if entry.from == nil {
            let place = dossier.listed.request.observed.place
            details += [
                "block \(place.blockNumber), log \(place.logIndex)", "transaction \(place.transactionHash.hex)",
            ]
        }
        return Entry(at: entry.at, title: entry.event + change, details: details)
    }

    // MARK: Calls

    private static func entry(_ call: JobCall) -> Entry {
        let span = call.lastAt > call.firstAt ? " within \(TimeText.seconds(call.lastAt - call.firstAt))" : ""
        let times = call.count > 1 ? ", \(call.count) times\(span)" : ""
        guard call.kind != .omitted else {
            return Entry(at: call.firstAt, title: "\(call.count) calls\(span) that are not kept", details: [])
        }
        let tries = call.attempt > 1 ? " of try \(call.attempt)" : ""
        let seen = call.detail.flatMap { try? JSONValue.parse(Array($0.utf8)) }
        return Entry(
            at: call.firstAt,
            title: "\(call.kind.rawValue)\(tries)\(times)",
            details: [call.outcome.shown(limit: 600)] + (seen.map(details) ?? [])
        )
    }

    /// The job and a line for each of its executions.
    private static func details(_ seen: JSONValue) -> [String] {
        var lines: [String] = []
        if let job = seen["job"]?.string { lines.append("job \(job.shown(limit: 80))") }
        if let count = seen["earlierExecutions"]?.int64 { lines.append("\(count) executions before these") }
        for execution in seen["executions"]?.array ?? [] {
            func text(_ key: String) -> String? { execution[key]?.string?.shown(limit: 320) }
            var words = ["\(text("state") ?? "?") on node \(text("node") ?? "?")"]
            if let code = execution["exitCode"]?.int64 { words.append("exit code \(code)") }
            if let message = text("message") { words.append(message) }
            lines.append("execution \(text("id") ?? "?"): \(words.joined(separator: ", "))")
            if let cid = text("published") { lines.append("published \(cid)") }
        }
        return lines
    }

    // MARK: Transactions

    private static func entry(_ sent: Dossier.Sent, _ settlement: Dossier.Settlement) -> Entry {
        var details = [
            "transaction \(sent.hash.hex)",
            "nonce \(settlement.nonce), gas limit \(settlement.gasLimit), at most \(sent.fees.maxFeePerGas.gwei) gwei a gas,"
                + " \(sent.fees.maxPriorityFeePerGas.gwei) of it as priority fee",
        ]
        let times = sent.sends == 1 ? "sent once" : "sent \(sent.sends) times"
        let span = sent.lastSentAt.flatMap {
            sent.sends > 1 && $0 > sent.createdAt ? ", last after \(TimeText.seconds($0 - sent.createdAt))" : nil
        }
        details.append(times + (span ?? "") + (sent.lastOutcome.map { ": \($0.shown(limit: 400))" } ?? ""))
        let isFirst = settlement.attempts.first?.hash == sent.hash
        return Entry(at: sent.createdAt, title: isFirst ? "attempt" : "attempt with higher fees", details: details)
    }
}

extension UInt256 {
    /// Wei as gwei, without zeros at the end.
    var gwei: String { Ether.text(multipliedSaturating(by: UInt256(1_000_000_000))) }
}
