import Ethereum
import JSON
import RelayCore
import RelayStore

extension Dossier {
    /// All of it, for programs.
    func json(at now: Timestamp) -> JSONValue {
        let spec = listed.request.observed.spec
        let text = String(decoding: spec, as: UTF8.self)
        var members = listed.json.object ?? []
        members += [
            JSONMember("spec", .string(text)),
            // Where it is no UTF-8 the text is only about it.
            JSONMember("specHex", Array(text.utf8) == spec ? .null : .string("0x" + Hex.encode(spec))),
            JSONMember("verdicts", .array(verdicts)),
            JSONMember("jobs", .array(jobs.map(\.json))),
            JSONMember("calls", .array(calls.map(\.json))),
            JSONMember("settlements", .array(settlements.map(\.json))),
            JSONMember("stages", .array(stages.map { $0.json(at: now) })),
            JSONMember("gasUsed", .number(JSONNumber(settlements.compactMap(\.gasUsed).reduce(0, &+)))),
            JSONMember("costWei", .string((cost ?? .zero).description)),
            JSONMember("costEther", .string(Ether.text(cost ?? .zero))),
            JSONMember("history", .array(history.map(\.json))),
        ]
        return .object(members)
    }

    /// Why it was refused, each reason with its code, where it was.
    private var verdicts: [JSONValue] {
        history.filter { $0.event == "refused" }.flatMap { entry in
            (entry.detail ?? "").split(separator: "\n").map { line -> JSONValue in
                let colon = line.firstRange(of: ": ")
                return [
                    "at": .string(TimeText.absolute(entry.at)),
                    "code": colon.map { .string(String(line[..<$0.lowerBound])) } ?? .null,
                    "text": .string(colon.map { String(line[$0.upperBound...]) } ?? String(line)),
                ]
            }
        }
    }
}

extension Dossier.Job {
    fileprivate var json: JSONValue {
        [
            "attempt": .number(JSONNumber(attempt)), "name": .string(name),
            "id": bacalhauID.map { .string($0) } ?? .null,
            "orchestrator": orchestrator.map { .string($0) } ?? .null,
            "body": .string(String(decoding: body, as: UTF8.self)), "createdAt": .string(TimeText.absolute(createdAt)),
        ]
    }
}

extension JobCall {
    fileprivate var json: JSONValue {
        [
            "attempt": .number(JSONNumber(attempt)), "kind": .string(kind.rawValue), "outcome": .string(outcome),
            "seen": detail.flatMap { try? JSONValue.parse(Array($0.utf8)) } ?? .null,
            "firstAt": .string(TimeText.absolute(firstAt)), "lastAt": .string(TimeText.absolute(lastAt)),
            "count": .number(JSONNumber(count)),
        ]
    }
}

extension Stage {
    fileprivate func json(at now: Timestamp) -> JSONValue {
        let isOver = until == nil && !RequestState.open.contains(state)
        return [
            "state": .string(state.rawValue), "from": .string(TimeText.absolute(from)),
            "until": until.map { .string(TimeText.absolute($0)) } ?? .null,
            "seconds": isOver ? .null : TimeText.secondsNumber((until ?? now) - from),
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
    fileprivate var json: JSONValue {
        [
            "nonce": .number(JSONNumber(nonce)), "state": .string(state), "gasLimit": .number(JSONNumber(gasLimit)),
            "createdAt": .string(TimeText.absolute(createdAt)),
            "transaction": transactionHash.map { .string($0.hex) } ?? .null,
            // One that is not final may be lost with its block.
            "block": transactionHash == nil ? .null : blockNumber.map { .number(JSONNumber($0)) } ?? .null,
            "succeeded": succeeded.map { .bool($0) } ?? .null,
            "gasUsed": gasUsed.map { .number(JSONNumber($0)) } ?? .null,
            "gasPriceWei": gasPrice.map { .string($0.description) } ?? .null,
            "costWei": cost.map { .string($0.description) } ?? .null,
            "callbackSucceeded": callbackSucceeded.map { .bool($0) } ?? .null,
            "attempts": .array(attempts.map(\.json)),
        ]
    }
}

extension Dossier.Sent {
    fileprivate var json: JSONValue {
        [
            "transaction": .string(hash.hex), "maxFeePerGasWei": .string(fees.maxFeePerGas.description),
            "maxPriorityFeePerGasWei": .string(fees.maxPriorityFeePerGas.description),
            "createdAt": .string(TimeText.absolute(createdAt)),
            "lastSentAt": lastSentAt.map { .string(TimeText.absolute($0)) } ?? .null,
            "sends": .number(JSONNumber(sends)), "lastOutcome": lastOutcome.map { .string($0) } ?? .null,
        ]
    }
}
