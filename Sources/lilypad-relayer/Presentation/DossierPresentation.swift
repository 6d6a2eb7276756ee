import Ethereum
import JSON
import RelayCore
import RelayStore

extension Dossier {
    /// Everything that happened, for people.
    var text: String {
        let observed = listed.request.observed
        var lines = [
            "request    \(observed.hash.hex)",
            "job id     \(observed.jobID) of \(observed.contract.checksummed)",
            "requester  \(observed.requester.checksummed)",
            "asks for   \(resultType)",
            "spec       \(observed.spec.count) bytes: \(String(decoding: observed.spec, as: UTF8.self).shown(limit: 160))",
            "log        block \(observed.place.blockNumber), log \(observed.place.logIndex), transaction"
                + " \(observed.place.transactionHash.hex)",
            "state      \(listed.request.state.rawValue)" + (listed.reason.map { ": \($0.shown(limit: 400))" } ?? ""),
        ]
        if let damage = observed.damage { lines.append("damage     \(damage.shown(limit: 400))") }
        lines += jobs.map { job in
            "job        \(job.name) (\(job.bacalhauID?.shown(limit: 60) ?? "not submitted yet"))"
        }
        if let answer = listed.answer {
            let cut = answer.truncated ? ", cut" : ""
            lines.append(
                "answer     \(answer.kind.rawValue) from the \(answer.source), \(answer.content.count) bytes\(cut):"
            )
            lines.append("           \(answer.text.shown(limit: 400))")
        }
        for settlement in settlements { lines += settlement.lines }
        lines.append("history")
        lines += history.map { entry in
            let change =
                entry.from == entry.to ? entry.to.rawValue : "\(entry.from?.rawValue ?? "") → \(entry.to.rawValue)"
            // What a policy has against a spec is a reason a line.
            let details = (entry.detail ?? "").split(separator: "\n").map { $0.description.shown(limit: 1_400) }
            let head = "  \(TimeText.absolute(entry.at))  \(change)  \(entry.event)"
            guard details.count > 1 else { return ([head] + details).joined(separator: "  ") }
            return ([head] + details).joined(separator: "\n      ")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var resultType: String {
        guard let number = listed.request.observed.resultType else { return "unknown" }
        let names = ["CID", "stdout", "stderr", "exit code"]
        return Int(number) < names.count ? names[Int(number)] : "result type \(number)"
    }

    var json: JSONValue {
        var members = listed.json.object ?? []
        members.append(JSONMember("spec", .string(String(decoding: listed.request.observed.spec, as: UTF8.self))))
        members.append(JSONMember("jobs", .array(jobs.map(\.json))))
        members.append(JSONMember("settlements", .array(settlements.map(\.json))))
        members.append(JSONMember("history", .array(history.map(\.json))))
        return .object(members)
    }
}

extension Dossier.Job {
    fileprivate var json: JSONValue {
        [
            "attempt": .number(JSONNumber(attempt)), "name": .string(name),
            "id": bacalhauID.map { .string($0) } ?? .null,
            "body": .string(String(decoding: body, as: UTF8.self)), "createdAt": .string(TimeText.absolute(createdAt)),
        ]
    }
}

extension AuditEntry {
    fileprivate var json: JSONValue {
        [
            "at": .string(TimeText.absolute(at)), "from": from.map { .string($0.rawValue) } ?? .null,
            "to": .string(to.rawValue), "event": .string(event), "detail": detail.map { .string($0) } ?? .null,
        ]
    }
}

extension Dossier.Settlement {
    /// Wei paid, where it is mined.
    private var cost: UInt256? {
        guard let gasUsed, let gasPrice else { return nil }
        return gasPrice.multipliedSaturating(by: UInt256(gasUsed))
    }

    fileprivate var lines: [String] {
        var head = "settled    nonce \(nonce), gas limit \(gasLimit), \(state)"
        if let blockNumber, let transactionHash {
            head += ", \(transactionHash.hex) in block \(blockNumber)"
        } else if let blockNumber, state == "live" {
            head += ", last seen in block \(blockNumber), which is not final yet"
        }
        if succeeded == false { head += ", reverted" }
        var lines = [head]
        if let gasUsed, let cost { lines.append("           used \(gasUsed) gas, cost \(Ether.text(cost)) ether") }
        if let callbackSucceeded {
            lines.append(
                "           callback: " + (callbackSucceeded ? "went through" : "none, or it did not go through")
            )
        }
        lines += attempts.map { sent in
            "  attempt  \(sent.hash.hex), \(sent.fees.maxFeePerGas) wei a gas, sent \(sent.sends) times"
                + (sent.lastOutcome.map { ": \($0.shown(limit: 200))" } ?? "")
        }
        return lines
    }

    fileprivate var json: JSONValue {
        [
            "nonce": .number(JSONNumber(nonce)), "state": .string(state), "gasLimit": .number(JSONNumber(gasLimit)),
            "transaction": transactionHash.map { .string($0.hex) } ?? .null,
            // One that is not final may be lost with its block.
            "block": transactionHash == nil ? .null : blockNumber.map { .number(JSONNumber($0)) } ?? .null,
            "succeeded": succeeded.map { .bool($0) } ?? .null,
            "gasUsed": gasUsed.map { .number(JSONNumber($0)) } ?? .null,
            "gasPriceWei": gasPrice.map { .string($0.description) } ?? .null,
            "costWei": cost.map { .string($0.description) } ?? .null,
            "callbackSucceeded": callbackSucceeded.map { .bool($0) } ?? .null,
            "attempts": .array(
                attempts.map { sent in
                    [
                        "transaction": .string(sent.hash.hex),
                        "maxFeePerGasWei": .string(sent.fees.maxFeePerGas.description),
                        "sends": .number(JSONNumber(sent.sends)),
                        "lastOutcome": sent.lastOutcome.map { .string($0) } ?? .null,
                    ]
                }
            ),
        ]
    }
}
