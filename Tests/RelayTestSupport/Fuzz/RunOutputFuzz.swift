import Bacalhau
import JSON
import RelayCore

/// Answers of an orchestrator about jobs, damaged ones too: what becomes of them fits the contract that it goes to.
package enum RunOutputFuzz {
    /// The broken rule of a seed; nil where all hold.
    package static func failure(seed: UInt64) -> String? {
        var random = SeededGenerator(seed: seed)
        let text = random.oneIn(3) ? random.mutated(answer(&random), changes: 3) : answer(&random)
        guard let job = try? JobSnapshot.read(text) else { return nil }
        let form = AnswerForm(
            resultLimit: random.below(3_000),
            reasonLimit: 3 + random.below(1_022),
            excess: AnswerForm.Excess.allCases[random.below(3)],
            trims: random.oneIn(2),
            takesBytes: random.oneIn(3)
        )
        for type in ResultType.allCases {
            if let failure = failure(of: JobVerdict.judge(job, resultType: type), type, form) { return failure }
        }
        return nil
    }

    private static func failure(of verdict: JobVerdict, _ type: ResultType, _ form: AnswerForm) -> String? {
        switch verdict {
        case .answer(let answer):
            guard answer.resultType == type else { return "another result type" }
            if type == .cid, ContentID(String(decoding: answer.bytes, as: UTF8.self)) == nil { return "no CID" }
            let result = Answer(
                kind: .result,
                text: String(decoding: answer.bytes, as: UTF8.self),
                bytes: String(validating: answer.bytes, as: UTF8.self) == nil ? answer.bytes : nil,
                source: "run output",
                truncated: answer.isTruncated,
                cid: answer.cid
            )
            return failure(of: result.fitted(to: form), form)
        case .failed(let failure), .passing(let failure):
            return Self.failure(of: Answer.failure(failure.reason, source: "orchestrator").fitted(to: form), form)
        case .busy(let text), .stopped(let text):
            return text.utf8.count <= SafeText.reasonLimit ? nil : "\(text.utf8.count) bytes of a reason"
        case .running, .lost: return nil
        }
    }

    private static func failure(of answer: Answer, _ form: AnswerForm) -> String? {
        let limit = answer.kind == .result ? form.resultLimit : form.reasonLimit
        guard answer.content.count <= limit else { return "\(answer.content.count) bytes, \(limit) allowed" }
        if !form.takesBytes {
            guard answer.bytes == nil else { return "bytes where text is wanted" }
            guard !answer.text.utf8.contains(0) else { return "a zero byte" }
        }
        return nil
    }

    // MARK: Drawing

    private static func answer(_ random: inout SeededGenerator) -> [UInt8] {
        let executions = (0..<random.below(4)).map { _ in execution(&random) }
        let states = ["Completed", "Completed", "Failed", "Stopped", "Pending", "Queued", "Running", "Odd"]
        let tree: JSONValue = [
            "Job": [
                "ID": "j-1", "Name": "lilypad-1", "Namespace": "lilypad", "Version": 1,
                "State": [
                    "StateType": .string(states[random.below(states.count)]), "Message": .string(text(&random)),
                ],
                "Labels": ["lilypad-request": "x"],
                "Tasks": [["Engine": ["Type": random.oneIn(2) ? "wasm" : "docker"]]],
            ],
            "Executions": ["Items": .array(executions)],
        ]
        return JSONWriter.bytes(of: tree)
    }

    private static func execution(_ random: inout SeededGenerator) -> JSONValue {
        let cids = ["QmeNhAA97qtdGHQtd1Qvgk13C6GHkn6aTCT8ih53JLN7vL", "", "Qm", text(&random)]
        let codes: [Int64] = [0, 3, -1, 255, .max, .min]
        return [
            "ID": "e-1", "NodeID": "n-1", "JobVersion": 1,
            "ComputeState": [
                "StateType": .number(JSONNumber(Int64(random.below(13)))), "Message": .string(text(&random)),
            ],
            "PublishedResult": [
                "Type": random.oneIn(4) ? "" : "ipfs", "Params": ["CID": .string(cids[random.below(cids.count)])],
            ],
            "RunOutput": [
                "Stdout": .string(text(&random)), "StdoutTruncated": .bool(random.oneIn(3)),
                "stderr": .string(text(&random)), "StderrTruncated": .bool(random.oneIn(3)),
                "ExitCode": .number(JSONNumber(codes[random.below(codes.count)])),
            ],
        ]
    }

    private static let pieces = [
        "hello\n", "\0", "\u{fffd}", "\u{202e}", "é€𝄞", " \t\r\n", "\u{7f}", "…", "• Node 1: node busy\n",
        "Failing due to node restart", "0x2a",
    ]

    private static func text(_ random: inout SeededGenerator) -> String {
        if random.oneIn(8) { return String(repeating: "x", count: random.below(2_100)) }
        return (0..<random.below(5)).map { _ in pieces[random.below(pieces.count)] }.joined()
    }
}
