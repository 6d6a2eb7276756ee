import Ethereum
import JSON
import Relay
import RelayCore

extension ReplayPlan.Findings {
    /// How much has been read, from 0 to 1.
    var fraction: Double { to >= from ? Double(next - from) / Double(to - from + 1) : 1 }

    private var requests: Int { knownCount + newCount }
    private var knownCount: Int { known.values.reduce(0, +) }
    private var newCount: Int { new.values.reduce(0, +) }

    /// For people; `cost` in wei, the most that the answers may cost now.
    func text(cost: UInt256?) -> String {
        let open = new[.open] ?? 0
        var lines = [
            "would read   blocks \(from) to \(to), in \(calls) \(calls == 1 ? "call" : "calls")",
            "found        \(requests) requests, and \(rejected) logs that are damaged",
            "known        \(Self.list(known.map { ($0.key.rawValue, $0.value) }, of: knownCount))",
            "new          \(Self.list(new.map { ($0.key.text, $0.value) }, of: newCount))",
            "would do     \(open) \(open == 1 ? "job and its answer" : "jobs and their answers")",
        ]
        if open > 0 {
            let most = cost.map { "at most \(Ether.text($0)) ether at the fees of now, for answers of 64 bytes" }
            lines.append("cost         \(most ?? "not now: the chain asks for more than fees.maxFeePerGas")")
        }
        lines.append("would skip   \(requests - open) requests, and nothing was done by this look")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func list(_ counts: [(String, Int)], of all: Int) -> String {
        guard all > 0 else { return "none" }
        return "\(all): " + counts.sorted { $0.0 < $1.0 }.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
    }

    func json(cost: UInt256?) -> JSONValue {
        [
            "dryRun": true, "from": .number(JSONNumber(from)), "to": .number(JSONNumber(to)),
            "calls": .number(JSONNumber(calls)), "requests": .number(JSONNumber(requests)),
            "rejectedLogs": .number(JSONNumber(rejected)),
            "known": .object(
                RequestState.allCases.map { JSONMember($0.rawValue, .number(JSONNumber(known[$0] ?? 0))) }
            ),
            "new": .object(
                ReplayPlan.Standing.allCases.map { JSONMember($0.rawValue, .number(JSONNumber(new[$0] ?? 0))) }
            ),
            "jobs": .number(JSONNumber(new[.open] ?? 0)),
            "maxCostWei": cost.map { .string($0.description) } ?? .null,
        ]
    }
}

extension ReplayPlan.Standing {
    var text: String {
        switch self {
        case .open: "open"
        case .fulfilled, .failed, .cancelled: "\(rawValue) on chain"
        case .unknown: "unknown to the contract"
        case .superseded: "of a job id that belongs to another"
        }
    }
}
