import Ethereum
import JSON
import RelayCore
import RelayStore

extension Listed {
    /// The first 12 hex digits of its hash: what people type.
    var shortHash: String { String(request.observed.hash.hex.prefix(14)) }

    var json: JSONValue {
        let observed = request.observed
        var members: [JSONMember] = [
            JSONMember("hash", .string(observed.hash.hex)),
            JSONMember("jobId", .string(observed.jobID.description)),
            JSONMember("contract", .string(observed.contract.checksummed)),
            JSONMember("requester", .string(observed.requester.checksummed)),
            JSONMember("resultType", observed.resultType.map { .number(JSONNumber($0)) } ?? .null),
            JSONMember("state", .string(request.state.rawValue)),
            JSONMember("reason", reason.map { .string($0) } ?? .null),
            JSONMember("block", .number(JSONNumber(observed.place.blockNumber))),
            JSONMember("transaction", .string(observed.place.transactionHash.hex)),
            JSONMember("logIndex", .number(JSONNumber(observed.place.logIndex))),
            JSONMember("observedAt", .string(TimeText.absolute(observedAt))),
            JSONMember("changedAt", .string(TimeText.absolute(changedAt))),
        ]
        members.append(JSONMember("damage", observed.damage.map { .string($0) } ?? .null))
        members.append(JSONMember("answer", answer?.json ?? .null))
        return .object(members)
    }

    /// One line of a list.
    func line(at now: Timestamp) -> String {
        let columns = [
            shortHash, "job " + request.observed.jobID.description, request.state.rawValue,
            TimeText.duration(now - changedAt) + " ago", summary,
        ]
        let widths = [15, 10, 10, 12, 0]
        return zip(columns, widths).map { text, width in
            text + String(repeating: " ", count: max(0, width - text.count))
        }.joined(separator: " ")
    }

    private var summary: String {
        if let reason { return reason.shown(limit: 80) }
        guard let answer else { return "" }
        let mark = answer.truncated ? " (cut)" : ""
        return "\(answer.kind.rawValue): \(answer.text.shown(limit: 60))\(mark)"
    }
}

extension Answer {
    var json: JSONValue {
        [
            "kind": .string(kind.rawValue), "text": .string(text), "source": .string(source),
            "truncated": .bool(truncated), "hex": bytes.map { .string("0x" + Hex.encode($0)) } ?? .null,
        ]
    }
}

extension JSONValue {
    var line: String { String(decoding: JSONWriter.bytes(of: self), as: UTF8.self) }
}
