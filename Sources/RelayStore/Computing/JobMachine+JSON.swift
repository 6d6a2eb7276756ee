internal import Bacalhau
internal import JSON
internal import RelayCore

/// A job machine as a column: what is not in other columns already.
extension JobMachine {
    static let version: Int64 = 1

    var json: String {
        var members: [JSONMember] = [
            JSONMember("v", .number(JSONNumber(Self.version))),
            JSONMember("resultType", .number(JSONNumber(resultType.rawValue))),
            JSONMember("timeout", .number(JSONNumber(timeoutSeconds))),
            JSONMember("startedAt", .number(JSONNumber(startedAt.milliseconds))),
            JSONMember("attempt", .number(JSONNumber(attempt))),
            JSONMember("busyTries", .number(JSONNumber(busyTries))),
            JSONMember("outages", .number(JSONNumber(outages))),
        ]
        switch phase {
        case .placing:
            members.append(JSONMember("phase", "placing"))
        case .watching(let jobID, let since):
            members.append(JSONMember("phase", "watching"))
            members.append(JSONMember("job", .string(jobID)))
            members.append(JSONMember("since", .number(JSONNumber(since.milliseconds))))
        case .stopping(let jobID):
            members.append(JSONMember("phase", "stopping"))
            members.append(JSONMember("job", .string(jobID)))
        case .pausing(let until):
            members.append(JSONMember("phase", "pausing"))
            members.append(JSONMember("until", .number(JSONNumber(until.milliseconds))))
        case .answered:
            // The answer has a row of its own.
            members.append(JSONMember("phase", "answered"))
        }
        return JSONValue.object(members).line
    }

    /// With the stored answer, for a machine that has ended.
    init(json: String, answer: Answer?) throws {
        let tree = try JSONValue.stored(json)
        guard try tree.int("v") == Self.version else { throw StoreError.damaged("job machine of another version") }
        guard let resultType = UInt8(exactly: try tree.int("resultType")).flatMap(ResultType.init(rawValue:)),
            let attempt = Int(exactly: try tree.int("attempt")), let busy = Int(exactly: try tree.int("busyTries")),
            let outages = Int(exactly: try tree.int("outages"))
        else { throw StoreError.damaged("job machine") }
        let phase = try Self.phase(tree, answer)
        self.init(
            resultType: resultType,
            timeoutSeconds: try tree.int("timeout"),
            startedAt: Timestamp(milliseconds: try tree.int("startedAt")),
            attempt: attempt,
            phase: phase,
            busyTries: busy,
            outages: outages
        )
    }

    private static func phase(_ tree: JSONValue, _ answer: Answer?) throws -> Phase {
        switch try tree.text("phase") {
        case "placing": return .placing
        case "watching":
            return .watching(jobID: try tree.text("job"), since: Timestamp(milliseconds: try tree.int("since")))
        case "stopping": return .stopping(jobID: try tree.text("job"))
        case "pausing": return .pausing(until: Timestamp(milliseconds: try tree.int("until")))
        case "answered":
            guard let answer else { throw StoreError.damaged("an answer is missing") }
            return .answered(answer)
        case let other: throw StoreError.damaged("job phase \(other)")
        }
    }
}
