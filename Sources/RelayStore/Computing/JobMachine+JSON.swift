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
            JSONMember("outages", .number(JSONNumber(outages))),
        ]
        if let jobID { members.append(JSONMember("job", .string(jobID))) }
        if let busy { members.append(JSONMember("busy", busy.json)) }
        if let passing { members.append(JSONMember("passing", passing.json)) }
        if let silence { members.append(JSONMember("silence", silence.json)) }
        if let moves { members.append(JSONMember("moves", moves.json)) }
        if hasMovedInDoubt { members.append(JSONMember("movedInDoubt", .bool(true))) }
        if queueSeconds > 0 { members.append(JSONMember("queue", .number(JSONNumber(queueSeconds)))) }
        if let stage {
            members.append(JSONMember("stage", .string(stage.stage.rawValue)))
            members.append(JSONMember("stageSince", .number(JSONNumber(stage.since.milliseconds))))
            members.append(JSONMember("stageSeen", .number(JSONNumber(stage.seen.milliseconds))))
        }
        if let agreement { members.append(JSONMember("agreement", agreement.json)) }
        if let submissions { members.append(JSONMember("submissions", submissions.json)) }
        if let files { members.append(JSONMember("files", files.json)) }
        switch phase {
        case .placing:
            members.append(JSONMember("phase", "placing"))
        case .watching(let jobID, let since):
            members += Self.members("watching", jobID, since)
        case .stopping(let jobID, let since):
            members += Self.members("stopping", jobID, since)
        case .pausing(let until):
            members.append(JSONMember("phase", "pausing"))
            members.append(JSONMember("until", .number(JSONNumber(until.milliseconds))))
        case .answered:
            // The answer has a row of its own.
            members.append(JSONMember("phase", "answered"))
        }
        return JSONValue.object(members).line
    }

    private static func members(_ phase: String, _ jobID: String, _ since: Timestamp) -> [JSONMember] {
        [
            JSONMember("phase", .string(phase)), JSONMember("watched", .string(jobID)),
            JSONMember("since", .number(JSONNumber(since.milliseconds))),
        ]
    }

    /// With the stored answer, for a machine that has ended.
    init(json: String, answer: Answer?) throws {
        let tree = try JSONValue.stored(json)
        guard try tree.int("v") == Self.version else { throw StoreError.damaged("job machine of another version") }
        guard let resultType = UInt8(exactly: try tree.int("resultType")).flatMap(ResultType.init(rawValue:)) else {
            throw StoreError.damaged("a job machine's result type")
        }
        self.init(
            resultType: resultType,
            timeoutSeconds: try tree.int("timeout"),
            startedAt: try tree.timestamp("startedAt"),
            attempt: try tree.count("attempt", from: 1),
            phase: try Self.phase(tree, answer),
            jobID: try tree["job"].map { _ in try tree.text("job") },
            busy: try tree["busy"].map { try Tally(stored: $0) },
            submissions: try tree["submissions"].map { try Tally(stored: $0) },
            files: try tree["files"].map { try Tally(stored: $0) },
            outages: try tree.count("outages"),
            stage: try tree["stage"].map { _ in try Self.stage(tree) },
            queueSeconds: try tree["queue"].map { _ in try tree.int("queue") } ?? 0,
            passing: try tree["passing"].map { try Tally(stored: $0) },
            agreement: try tree["agreement"].map { try Agreement(stored: $0) },
            silence: try tree["silence"].map { try Tally(stored: $0) },
            moves: try tree["moves"].map { try Tally(stored: $0) },
            hasMovedInDoubt: tree["movedInDoubt"]?.bool ?? false
        )
    }

    private static func stage(_ tree: JSONValue) throws -> StageSince {
        let word = try tree.text("stage")
        guard let stage = JobStage(rawValue: word) else { throw StoreError.damaged("job stage \(word)") }
        return StageSince(stage, since: try tree.timestamp("stageSince"), seen: try tree.timestamp("stageSeen"))
    }

    private static func phase(_ tree: JSONValue, _ answer: Answer?) throws -> Phase {
        switch try tree.text("phase") {
        case "placing": return .placing
        case "watching": return .watching(jobID: try tree.text("watched"), since: try tree.timestamp("since"))
        case "stopping": return .stopping(jobID: try tree.text("watched"), since: try tree.timestamp("since"))
        case "pausing": return .pausing(until: try tree.timestamp("until"))
        case "answered":
            guard let answer else { throw StoreError.damaged("an answer is missing") }
            return .answered(answer)
        case let other: throw StoreError.damaged("job phase \(other)")
        }
    }
}

extension JobMachine.Tally {
    fileprivate var json: JSONValue {
        ["count": .number(JSONNumber(count)), "since": .number(JSONNumber(since.milliseconds))]
    }

    fileprivate init(stored tree: JSONValue) throws {
        self.init(count: try tree.count("count"), since: try tree.timestamp("since"))
    }
}

extension Agreement {
    fileprivate var json: JSONValue {
        [
            "runs": .number(JSONNumber(runs)), "agree": .number(JSONNumber(agree)), "by": .string(basis.rawValue),
        ]
    }

    fileprivate init(stored tree: JSONValue) throws {
        let word = try tree.text("by")
        let (runs, agree) = (try tree.count("runs"), try tree.count("agree"))
        guard let basis = Basis(rawValue: word), let rule = Agreement(stored: runs, agree: agree, basis: basis) else {
            throw StoreError.damaged("an agreement of \(agree) of \(runs) by \(word)")
        }
        self = rule
    }
}
