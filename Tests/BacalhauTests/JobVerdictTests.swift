import JSON
import RelayTestSupport
import Testing

@testable import Bacalhau

@Suite struct JobVerdictTests {
    @Test(arguments: [
        ("no-publisher/run-hello", ResultType.stdout, "hello\n", false), ("no-publisher/run-hello", .stderr, "", false),
        ("no-publisher/run-hello", .exitCode, "0", false), ("no-publisher/run-exit-3", .stdout, "out\n", false),
        ("no-publisher/run-exit-3", .stderr, "oops\n", false), ("no-publisher/run-exit-3", .exitCode, "3", false),
        ("no-publisher/run-plain-return", .exitCode, "0", false), ("no-publisher/run-quiet", .stdout, "", false),
        ("ipfs/run-hello", .cid, "QmeNhAA97qtdGHQtd1Qvgk13C6GHkn6aTCT8ih53JLN7vL", false),
    ])
    func answersRecordedJobs(name: String, type: ResultType, text: String, isTruncated: Bool) throws {
        let answer = try #require(answer(try judged(name, type)))
        #expect(String(decoding: answer.bytes, as: UTF8.self) == text)
        #expect(answer.isTruncated == isTruncated)
        #expect(answer.resultType == type)
        #expect(answer.executionID.hasPrefix("e-"))
    }

    @Test func saysThatOutputWasCut() throws {
        let cut = try #require(answer(try judged("no-publisher/run-stdout-5000", .stdout)))
        #expect(cut.isTruncated && cut.bytes.count == 2_048)
        // Half a character is answered as Bacalhau gives it, as U+FFFD.
        let split = try #require(answer(try judged("no-publisher/run-stdout-split-utf8", .stdout)))
        #expect(split.isTruncated && String(decoding: split.bytes, as: UTF8.self).hasSuffix("a\u{fffd}"))
    }

    @Test(
        arguments: [
            ("run-trap", "wasm error: unreachable wasm stack trace: .$3()"),
            ("timeout-total", "Execution timed out after 3s"), ("timeout-execution", "Execution timed out after 3s"),
            ("bad-job-entry-wrong", "unable to find the entrypoint 'nope' in the WASM module"),
            (
                "bad-job-engine-unknown",
                "not enough nodes to run job. requested: 1, available: 1, suitable: 0. • Node 46813ad9: does not support noop, only wasm"
            ),
            ("queue-timeout", nil), ("bad-job-local-directory", nil),
            ("bad-job-publisher-unknown", nil), ("bad-job-constraint-unmet", nil),
        ] as [(String, String?)]
    )
    func failsWithTheTrueCause(name: String, reason: String?) throws {
        guard case .failed(let failure) = try judged("no-publisher/\(name)", .stdout) else {
            Issue.record("no failure")
            return
        }
        if let reason { #expect(failure.reason == reason) }
        #expect(!failure.reason.isEmpty && failure.reason.utf8.count <= 1_024)
    }

    @Test(arguments: ["bad-job-gpu", "bad-job-memory-too-much"])
    func takesABusyNetworkForNotNow(name: String) throws {
        guard case .busy(let text) = try judged("no-publisher/\(name)", .stdout) else {
            Issue.record("not busy")
            return
        }
        #expect(text.contains("node busy with available capacity"))
    }

    /// Nodes come back, and nobody has looked at the job.
    @Test func takesANetworkWithoutNodesForNotNow() throws {
        guard case .busy(let text) = try judged("no-publisher/no-compute-node", .stdout) else {
            Issue.record("not busy")
            return
        }
        #expect(text == "not enough nodes to run job. requested: 1, available: 0, suitable: 0.")
    }

    @Test(arguments: [
        ("not enough nodes to run job. requested: 3, available: 0, suitable: 0.", true),
        ("not enough nodes to run job. requested: 1, available: 0, suitable: 0.\n", true),
        ("not enough nodes to run job. requested: 1, available: 10, suitable: 0.", false),
        (
            "not enough nodes to run job. requested: 1, available: 0, suitable: 0.\n• Node a: does not support docker",
            false
        ),
        ("available: 0, suitable: 0.", false), ("", false),
    ])
    func hasNoNodeOnlyWhereTheServerSaysSo(message: String, isBusy: Bool) {
        var job = job(.failed)
        job.message = message
        job.executions = []
        #expect((JobVerdict.judge(job, resultType: .stdout) == .busy(SafeText.line(message))) == isBusy)
        job.executions = [JobExecution(state: .failed, message: "it ran")]
        #expect(JobVerdict.judge(job, resultType: .stdout) == .failed(JobFailure(cause: "it ran")))
    }

    @Test(arguments: [
        ("• Node a: node busy with x", true), ("• Node a: node busy\n• Node b: node busy", true),
        ("  • Node a: node busy\n\n", true), ("• Node a: node busy\n• Node b: does not support docker", false),
        ("", false), ("node busy", false), ("• Node a: is not a node busy", false), ("• node busy", false),
        ("• Node a: node busy\nand something else", false),
    ])
    func isBusyOnlyWhenEveryNodeIs(lines: String, isBusy: Bool) {
        var job = job(.failed)
        job.message = "not enough nodes to run job. requested: 1.\n" + lines
        job.executions = []
        #expect((JobVerdict.judge(job, resultType: .stdout) == .busy(SafeText.line(job.message))) == isBusy)
        job.executions = [JobExecution(state: .askForBidRejected, message: "no")]
        #expect(JobVerdict.judge(job, resultType: .stdout) == .failed(JobFailure(cause: "no")))
    }

    @Test(arguments: [
        (JobState.undefined, JobStage.unknown), (.pending, .pending), (.queued, .queued), (.running, .running),
        (.other("Paused"), .unknown),
    ])
    func waitsForWhatIsNotOver(state: JobState, stage: JobStage) {
        #expect(JobVerdict.judge(job(state), resultType: .stdout) == .running(stage))
    }

    @Test func tellsWhatAPendingJobWaitsFor() {
        var job = job(.pending)
        job.executions = []
        #expect(JobVerdict.judge(job, resultType: .stdout) == .running(.pending))
        job.executions = [JobExecution(state: .new), JobExecution(state: .new)]
        #expect(JobVerdict.judge(job, resultType: .stdout) == .running(.untaken))
        job.executions.append(JobExecution(state: .askForBid))
        #expect(JobVerdict.judge(job, resultType: .stdout) == .running(.running))
    }

    /// As recorded: a node that was restarted, and a download whose server was away; another cause beside it is final.
    @Test func triesAgainWhatMayPass() {
        let restart = "Failing due to node restart"
        let head =
            "calculating resource usage of job: error getting job disk space requirements: HEAD http://127.0.0.1:9/x "
            + #"giving up after 4 attempt(s): Head "http://127.0.0.1:9/x": dial tcp 127.0.0.1:9: connect: connection refused"#
        for (messages, passes) in [
            ([restart], true), ([head, head], true), ([restart, head], true),
            ([restart, "wasm error: unreachable"], false),
            (["the program said: giving up after lunch"], false), ([], false),
        ] {
            var job = job(.failed)
            job.executions = messages.map { JobExecution(state: .failed, message: $0) }
            let verdict = JobVerdict.judge(job, resultType: .stdout)
            if passes {
                #expect(verdict == .passing(JobFailure(cause: messages[messages.count - 1])))
            } else {
                guard case .failed = verdict else {
                    Issue.record("\(messages): \(verdict)")
                    continue
                }
            }
        }
    }

    @Test func knowsStoppedAndLostJobs() throws {
        var stopped = job(.stopped)
        stopped.message = "by an\noperator"
        #expect(JobVerdict.judge(stopped, resultType: .cid) == .stopped("by an operator"))
        #expect(JobVerdict.judge(nil, resultType: .cid) == .lost)
    }

    @Test func takesTheNewestCompletedExecutionOfTheVersionAtHand() {
        var job = job(.completed)
        job.version = 2
        job.executions = [
            JobExecution(id: "new", jobVersion: 2, state: .completed, output: RunOutput(stdout: "new"), createTime: 5),
            JobExecution(id: "old", jobVersion: 2, state: .completed, output: RunOutput(stdout: "old"), createTime: 4),
            JobExecution(id: "before", jobVersion: 1, state: .completed, output: RunOutput(stdout: "x"), createTime: 9),
            JobExecution(id: "cancelled", jobVersion: 2, state: .cancelled, createTime: 8),
        ]
        #expect(answer(JobVerdict.judge(job, resultType: .stdout))?.executionID == "new")
    }

    @Test func doesNotTrustOutputOfWhatDidNotComplete() {
        var job = job(.completed)
        job.executions = [JobExecution(state: .failed, output: RunOutput(stdout: "x"))]
        #expect(
            JobVerdict.judge(job, resultType: .stdout)
                == .failed(JobFailure(cause: "the job is completed, and no execution of it is"))
        )
    }

    @Test(arguments: [
        ("wasm", -1, "0"), ("WASM", -1, "0"), ("docker", -1, "-1"), ("wasm", 137, "137"), ("wasm", -2, "-2"),
    ])
    func answersTheExitCodeInDecimal(engine: String, code: Int64, text: String) {
        var job = job(.completed)
        job.engine = engine
        job.executions = [JobExecution(state: .completed, output: RunOutput(exitCode: code))]
        #expect(answer(JobVerdict.judge(job, resultType: .exitCode))?.bytes == Array(text.utf8))
    }

    @Test(
        arguments: [
            ("", nil, "the job published no CID, but nothing"), ("s3", nil, #"the job published no CID, but "s3""#),
            ("ipfs", nil, #"the job published no CID, but "ipfs""#),
            ("ipfs", "../x", #"the job published "../x", which is no CID"#),
        ] as [(String, String?, String)]
    )
    func failsWhereNoCIDWasPublished(type: String, cid: String?, cause: String) {
        var job = job(.completed)
        job.executions = [JobExecution(state: .completed, publishedType: type, publishedCID: cid)]
        #expect(JobVerdict.judge(job, resultType: .cid) == .failed(JobFailure(cause: cause)))
    }

    @Test func takesTheNewestCauseThatSaysSomething() {
        var job = job(.failed)
        job.message = "not enough nodes"
        job.executions = [
            JobExecution(state: .failed, message: "first", createTime: 1),
            JobExecution(state: .askForBidRejected, message: "second", createTime: 2),
            JobExecution(state: .failed, message: "", createTime: 3),
            JobExecution(state: .cancelled, message: "cancelled", createTime: 4),
        ]
        #expect(JobVerdict.judge(job, resultType: .stdout) == .failed(JobFailure(cause: "second")))
        job.executions = [JobExecution(state: .cancelled, message: "cancelled")]
        #expect(JobVerdict.judge(job, resultType: .stdout) == .failed(JobFailure(cause: "not enough nodes")))
    }

    private func judged(_ name: String, _ type: ResultType) throws -> JobVerdict {
        let job = try #require(Transcript.bacalhau(name).jobWithExecutions)
        return JobVerdict.judge(try JobSnapshot.read(job), resultType: type)
    }

    private func answer(_ verdict: JobVerdict) -> JobAnswer? {
        if case .answer(let answer) = verdict { answer } else { nil }
    }

    private func job(_ state: JobState) -> JobSnapshot {
        JobSnapshot(id: "j-1", name: "n", version: 1, state: state, engine: "wasm")
    }
}
