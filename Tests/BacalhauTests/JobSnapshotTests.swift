import JSON
import RelayTestSupport
import Testing

@testable import Bacalhau

@Suite struct JobSnapshotTests {
    @Test func readsARecordedAnswerOfOneCall() throws {
        let transcript = try Transcript.bacalhau("ipfs/run-hello")
        let step = try #require(transcript.steps.first { $0.path.contains("include=executions,history") })
        let job = try JobSnapshot.read(step.body)
        #expect(job.id == "j-8113f727-aaf6-4483-a1c2-ab51532702b3")
        #expect(job.name == "run-hello" && job.namespace == "lilypad" && job.version == 1)
        #expect(job.state == .completed && job.engine == "wasm")
        #expect(job.labels == ["lilypad": "v1", "lilypad-request": "run-hello"])
        #expect(job.createTime == 1_795_467_366_912_031_401)
        let execution = try #require(job.executions.first)
        #expect(job.executions.count == 1)
        #expect(execution.state == .completed && execution.message == "Running")
        #expect(execution.publishedType == "ipfs")
        #expect(execution.publishedCID == "QmeNhAA97qtdGHQtd1Qvgk13C6GHkn6aTCT8ih53JLN7vL")
        #expect(execution.output == RunOutput(stdout: "hello\n"))
        #expect(execution.nodeID == "69c6c638-172f-4fb8-8c94-0279efb3b177" && execution.jobVersion == 1)
        #expect(execution.createTime == 1_795_467_366_916_117_148)
    }

    @Test(
        arguments: [
            ("9", .completed), ("\"Completed\"", .completed), ("\"AskForBidRejected\"", .askForBidRejected),
            ("10", .failed), ("99", nil), ("\"Sleeping\"", nil), ("9.0", nil), ("null", nil), ("[]", nil),
            ("\"\"", nil),
        ] as [(String, ExecutionState?)]
    )
    func readsStatesAsNumbersAndAsWords(text: String, state: ExecutionState?) throws {
        let job = try read(#"{"Items":[{"ComputeState":{"StateType":\#(text)}}]}"#)
        #expect(job.executions.first?.state == state)
    }

    @Test(arguments: ["stderr", "Stderr", "STDERR"])
    func readsStandardErrorInAnyCase(key: String) throws {
        let job = try read(#"{"Items":[{"RunOutput":{"\#(key)":"x","\#(key)Truncated":true,"exitcode":4}}]}"#)
        #expect(job.executions.first?.output == RunOutput(stderr: "x", stderrTruncated: true, exitCode: 4))
    }

    @Test(arguments: [
        "null", "7", "[]", #"{"Items":null}"#, #"{"Items":{}}"#, #"{"Items":[null,7,"x",[]]}"#,
    ])
    func readsNoExecutionsWhereThereAreNone(executions: String) throws {
        #expect(try read(executions).executions.isEmpty)
    }

    @Test func takesMembersOfAWrongKindForAbsent() throws {
        let text =
            #"{"Job":{"ID":"j","Version":"1","Labels":[],"Tasks":{},"CreateTime":1e20,"State":{"StateType":"Running","Message":7}}}"#
        let job = try JobSnapshot.read(Array(text.utf8))
        #expect(job == JobSnapshot(id: "j", state: .running))
    }

    @Test(arguments: [
        ("", SnapshotError.notJSON(reason: "ends too early", offset: 0)),
        ("Server Timeout!", .notJSON(reason: "wrong kind of value", offset: 0)),
        ("[]", .notJSON(reason: "wrong kind of value", offset: 0)), ("{}", .missing("Job.ID")),
        (#"{"Job":null}"#, .missing("Job.ID")), (#"{"Job":{"ID":"j"}}"#, .missing("Job.State.StateType")),
        (#"{"Job":{"ID":"j","State":{"StateType":3}}}"#, .missing("Job.State.StateType")),
    ])
    func refusesWhatIsNoJob(text: String, error: SnapshotError) {
        #expect(throws: error) { try JobSnapshot.read(Array(text.utf8)) }
    }

    @Test(.timeLimit(.minutes(3))) func survivesDamagedAnswers() throws {
        var random = SeededGenerator(seed: 41)
        let text =
            #"{"Job":{"ID":"j","State":{"StateType":"Completed"},"Tasks":[{"Engine":{"Type":"wasm"}}]},"Executions":{"#
            + #""Items":[{"ComputeState":{"StateType":9},"PublishedResult":{"Type":"ipfs","Params":{"CID":"Qm"}},"#
            + #""RunOutput":{"Stdout":"a\n","stderr":"","ExitCode":-1}}]}}"#
        var read = 0
        for _ in 0..<FuzzRounds.count(50_000) {
            guard let job = try? JobSnapshot.read(random.mutated(Array(text.utf8), changes: 2)) else { continue }
            read += 1
            for type in ResultType.allCases { _ = JobVerdict.judge(job, resultType: type) }
        }
        #expect(read > 300)
    }

    private func read(_ executions: String) throws -> JobSnapshot {
        try JobSnapshot.read(
            Array(#"{"Job":{"ID":"j","State":{"StateType":"Completed"}},"Executions":\#(executions)}"#.utf8)
        )
    }
}
