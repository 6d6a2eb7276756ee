import Bacalhau
import JSON
import RelayCore
import Testing

/// What is kept of a call to the orchestrator.
@Suite struct JobCallTests {
    private static let now = Timestamp(milliseconds: 1_000)

    private func seen(_ job: JobSnapshot?, isOurs: Bool = true) -> JobCall {
        JobCall(seen: job, isOurs: isOurs, attempt: 1, at: Self.now)
    }

    private func job(
        _ state: String,
        _ message: String = "",
        id: String = "j-1",
        _ executions: [JSONValue] = []
    ) throws
        -> JobSnapshot
    {
        let answer: JSONValue = [
            "Job": ["ID": .string(id), "State": ["StateType": .string(state), "Message": .string(message)]],
            "Executions": ["Items": .array(executions)],
        ]
        return try JobSnapshot.read(JSONWriter.bytes(of: answer))
    }

    private func execution(
        _ id: String,
        _ node: String,
        _ state: JSONValue,
        _ message: String,
        cid: String? = nil
    )
        -> JSONValue
    {
        [
            "ID": .string(id), "NodeID": .string(node),
            "ComputeState": ["StateType": state, "Message": .string(message)], "RunOutput": ["ExitCode": 7],
            "PublishedResult": cid.map { ["Type": "ipfs", "Params": ["CID": .string($0)]] } ?? [:],
        ]
    }

    private func detail(_ call: JobCall) throws -> JSONValue {
        try JSONValue.parse(Array(try #require(call.detail).utf8))
    }

    @Test func tellsOfEachExecutionWithItsTrueCause() throws {
        let job = try job(
            "Failed",
            "no more nodes\n",
            [
                execution("e-1", "n-1", 10, "image not found"),
                execution("e-2", "n-1", 9, "Running", cid: "QmPublished"),
            ]
        )

        let call = seen(job)

        #expect(call.kind == .lookUp && call.outcome == "Failed: no more nodes" && call.count == 1)
        #expect(
            try detail(call) == [
                "job": "j-1", "state": "Failed", "message": "no more nodes",
                "executions": [
                    ["id": "e-1", "node": "n-1", "state": "failed", "message": "image not found"],
                    ["id": "e-2", "node": "n-1", "state": "completed", "exitCode": 7, "published": "QmPublished"],
                ],
            ]
        )
    }

    /// One that has come to nothing new is equal to the one before, whenever it was made.
    @Test func saysTheSameOfTheSameJob() throws {
        let job = try job("Running")
        let later = JobCall(seen: job, attempt: 1, at: Timestamp(milliseconds: 9_000))

        #expect(seen(job).outcome == later.outcome && seen(job).detail == later.detail)
        #expect(seen(nil).outcome == "no job of this name" && seen(nil).detail == nil)
        #expect(seen(job, isOurs: false).outcome == "another job has the name: Running")
    }

    @Test func isBoundedWhateverTheServerSays() throws {
        func long(_ letter: String) -> String { String(repeating: letter, count: 90_000) }
        let execution = execution("e-1", long("n"), 6, long("x"), cid: long("Q"))
        let job = try job("Running", long("m"), id: long("j"), Array(repeating: execution, count: 20))

        let call = seen(job)

        #expect(call.outcome.utf8.count <= JobCall.outcomeLimit)
        #expect(try #require(call.detail).utf8.count < 8_192)
        #expect(try detail(call)["executions"]?.array?.count == 8)
        #expect(try detail(call)["earlierExecutions"] == 12)
    }

    @Test(
        arguments: [
            (.created(jobID: "j-1"), "created"), (.alreadyExists(jobID: nil), "a job of this name exists already"),
            (.refused("bad spec"), "refused: bad spec"), (.denied("no token"), "access denied: no token"),
            (.unknown("timeout"), "it may have been taken: timeout"),
            (.busy(retryAfter: 5), "busy, to be asked again in 5 s"), (.busy(retryAfter: nil), "busy"),
        ] as [(Submission, String)]
    )
    func tellsWhatBecameOfASubmission(submission: Submission, outcome: String) {
        let call = JobCall(submission, attempt: 2, at: Self.now)

        #expect(call.kind == .submit && call.attempt == 2 && call.outcome == outcome)
        #expect(call.firstAt == Self.now && call.lastAt == Self.now)
    }
}
