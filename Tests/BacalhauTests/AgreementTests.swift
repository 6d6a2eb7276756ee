import Testing

@testable import Bacalhau

/// What counts when a job runs on several nodes, and what is said when they do not agree.
@Suite struct AgreementTests {
    private static let cid = "QmeNhAA97qtdGHQtd1Qvgk13C6GHkn6aTCT8ih53JLN7vL"
    private static let other = "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn"

    /// A run that is over on a node.
    private static func run(
        _ node: String,
        _ stdout: String,
        cid: String? = nil,
        code: Int64 = 0,
        cut: Bool = false
    ) -> JobExecution {
        JobExecution(
            id: "e-\(node)",
            nodeID: node,
            state: .completed,
            output: RunOutput(stdout: stdout, stdoutTruncated: cut, exitCode: code),
            publishedType: cid == nil ? "" : "ipfs",
            publishedCID: cid
        )
    }

    private static func failed(_ node: String, _ message: String = "trap") -> JobExecution {
        JobExecution(id: "e-\(node)", nodeID: node, state: .failed, message: message)
    }

    private func judged(
        _ executions: [JobExecution],
        _ state: JobState = .completed,
        type: ResultType = .stdout,
        rule: Agreement? = Agreement(runs: 3)
    ) -> JobVerdict {
        var job = JobSnapshot()
        job.id = "j-1"
        job.state = state
        job.message = "no more nodes"
        job.engine = "wasm"
        job.executions = executions
        return JobVerdict.judge(job, resultType: type, agreement: rule)
    }

    private func result(_ verdict: JobVerdict) -> JobAnswer? {
        if case .answer(let answer) = verdict { answer } else { nil }
    }

    private func refusal(_ verdict: JobVerdict) -> JobFailure? {
        if case .failed(let failure) = verdict { failure } else { nil }
    }

    // MARK: The rule

    @Test func aRuleNeedsAMajority() {
        #expect(Agreement(runs: 2)?.agree == 2 && Agreement(runs: 3)?.agree == 2 && Agreement(runs: 4)?.agree == 3)
        #expect(Agreement(runs: 16)?.agree == 9 && Agreement(runs: 5, agree: 5)?.agree == 5)
        for (runs, agree) in [(1, 1), (17, 17), (3, 1), (4, 2), (3, 4), (3, 0), (3, -1), (0, 0), (.max, .max)] {
            #expect(Agreement(runs: runs, agree: agree) == nil, "\(agree) of \(runs)")
        }
    }

    @Test func aJobThatWantsMoreRunsNeedsMoreNodes() throws {
        let rule = try #require(Agreement(runs: 3, agree: 3))
        #expect(rule.forJob(count: 1) == rule && rule.forJob(count: 3) == rule)
        let more = rule.forJob(count: 8)
        #expect(more.runs == 8 && more.agree == 5 && more.basis == .result)
        let most = rule.forJob(count: .max)
        #expect(most.agree > most.runs / 2 && Agreement(stored: most.runs, agree: most.agree, basis: .result) == most)
    }

    // MARK: Enough agree

    struct Case: Sendable {
        let name: String
        let runs: [JobExecution]
        var rule = Agreement(runs: 3)
        var state = JobState.completed
        /// nil where there is no agreement.
        var answer: String?
        var words = ""
    }

    @Test(arguments: [
        Case(
            name: "all agree",
            runs: [run("a", "42"), run("b", "42"), run("c", "42")],
            answer: "42",
            words: "3 of 3 nodes agree, 2 of 3 had to"
        ),
        Case(
            name: "one lies",
            runs: [run("a", "no"), run("b", "42"), run("c", "42")],
            answer: "42",
            words: "2 of 3 nodes agree, 2 of 3 had to"
        ),
        Case(
            name: "two are enough while the third runs",
            runs: [run("a", "42"), run("b", "42"), JobExecution(nodeID: "c", state: .bidAccepted)],
            state: .running,
            answer: "42",
            words: "2 of 2 nodes agree, 2 of 3 had to"
        ),
        Case(
            name: "the third failed, and the job with it",
            runs: [run("a", "42"), run("b", "42"), failed("c"), failed("c")],
            state: .failed,
            answer: "42",
            words: "2 of 2 nodes agree, 2 of 3 had to"
        ),
        Case(
            name: "stopped after two",
            runs: [run("a", "42"), run("b", "42"), JobExecution(nodeID: "c", state: .cancelled)],
            state: .stopped,
            answer: "42",
            words: "2 of 2 nodes agree, 2 of 3 had to"
        ),
        Case(
            name: "output lost on one",
            runs: [run("a", ""), run("b", "42"), run("c", "42")],
            answer: "42",
            words: "2 of 3 nodes agree, 2 of 3 had to"
        ),
        Case(name: "all differ", runs: [run("a", "1"), run("b", "2"), run("c", "3")]),
        Case(name: "one node twice has one vote", runs: [run("a", "42"), run("a", "42"), run("b", "1")]),
        Case(
            name: "one node twice and another",
            runs: [run("a", "42"), run("a", "42"), run("b", "42")],
            answer: "42",
            words: "2 of 2 nodes agree, 2 of 3 had to"
        ),
        Case(name: "a node that contradicts itself has none", runs: [run("a", "42"), run("a", "1"), run("b", "42")]),
        Case(name: "nodes without a name are one", runs: [run("", "42"), run("", "42"), run("", "42")]),
        Case(
            name: "all must",
            runs: [run("a", "42"), run("b", "42"), run("c", "1")],
            rule: Agreement(runs: 3, agree: 3)
        ),
        Case(
            name: "more runs than were asked for, two answers with enough nodes",
            runs: [run("a", "1"), run("b", "1"), run("c", "2"), run("d", "2")]
        ),
        Case(
            name: "other CIDs",
            runs: [run("a", "42", cid: cid), run("b", "42", cid: other), run("c", "42")]
        ),
        Case(
            name: "what is answered differs under one CID",
            runs: [run("a", "1", cid: cid), run("b", "2", cid: cid), run("c", "3", cid: cid)]
        ),
        Case(
            name: "what is no CID is none",
            runs: [run("a", "42", cid: "../x"), run("b", "42", cid: "nonsense"), run("c", "1")],
            answer: "42",
            words: "2 of 3 nodes agree, 2 of 3 had to"
        ),
        Case(
            name: "cut and whole are two answers",
            runs: [run("a", "42", cut: true), run("b", "42"), run("c", "43")]
        ),
        Case(
            name: "exit codes by result are not compared",
            runs: [run("a", "42", code: 1), run("b", "42"), run("c", "43")],
            answer: "42",
            words: "2 of 3 nodes agree, 2 of 3 had to"
        ),
        Case(
            name: "by output they are",
            runs: [run("a", "42", code: 1), run("b", "42"), run("c", "43")],
            rule: Agreement(runs: 3, basis: .output)
        ),
        Case(
            name: "by output CIDs are not",
            runs: [run("a", "42", cid: cid), run("b", "42", cid: other), run("c", "43")],
            rule: Agreement(runs: 3, basis: .output),
            answer: "42",
            words: "2 of 3 nodes agree, 2 of 3 had to"
        ),
    ])
    func counts(_ this: Case) throws {
        let verdict = judged(this.runs, this.state, rule: this.rule)
        guard let expected = this.answer else {
            #expect(refusal(verdict)?.reason.contains("agree on the result") == true, "\(this.name): \(verdict)")
            #expect(refusal(verdict)?.detail?.isEmpty == false)
            return
        }
        let answer = try #require(result(verdict), "\(this.name): \(verdict)")
        #expect(answer.bytes == Array(expected.utf8) && answer.agreement == this.words)
    }

    @Test func keepsTheCIDOnlyWhereItWasCompared() throws {
        let runs = ["a", "b", "c"].map { Self.run($0, "42", cid: Self.cid) }
        #expect(result(judged(runs))?.cid == Self.cid)
        #expect(result(judged(runs, rule: Agreement(runs: 3, basis: .output)))?.cid == nil)
        #expect(result(judged(runs, type: .exitCode))?.cid == nil)
        // An answer that is a CID is compared in any case.
        let asked = try #require(result(judged(runs, type: .cid, rule: Agreement(runs: 3, basis: .output))))
        #expect(asked.bytes == Array(Self.cid.utf8) && asked.agreement != nil)
        let mixed = [Self.cid, Self.other, "x"].map { Self.run("n-" + $0, "42", cid: $0) }
        #expect(refusal(judged(mixed, type: .cid, rule: Agreement(runs: 3, basis: .output)))?.detail != nil)
    }

    @Test func comparesExitCodesAsTheyAreMeant() throws {
        // -1 is a WASM program's plain return.
        let runs = [Self.run("a", "x", code: -1), Self.run("b", "y", code: 0), Self.run("c", "z", code: 3)]
        #expect(result(judged(runs, type: .exitCode))?.bytes == Array("0".utf8))
    }

    // MARK: Too few do

    @Test func waitsWhileTheJobGoesOn() throws {
        for state in [JobState.pending, .queued, .running, .other("Paused")] {
            let verdict = judged([Self.run("a", "1"), Self.run("b", "2")], state)
            guard case .running = verdict else {
                Issue.record("\(state): \(verdict)")
                continue
            }
        }
    }

    @Test func saysTheTrueCauseWhereNobodyContradicts() throws {
        #expect(refusal(judged([Self.run("a", "42"), Self.failed("b")], .failed)) == JobFailure(cause: "trap"))
        #expect(refusal(judged([], .failed)) == JobFailure(cause: "no more nodes"))
        // The failure of one is not the reason where two contradict each other.
        let disputed = refusal(judged([Self.run("a", "1"), Self.run("b", "2"), Self.failed("c")], .failed))
        #expect(disputed?.cause == "the job ran on 2 compute nodes, and fewer than 2 of them agree on the result")
    }

    @Test func triesAgainWhatMayPass() throws {
        let restarted = Self.failed("c", "Failing due to node restart")
        let verdict = judged([Self.run("a", "1"), Self.run("b", "2"), restarted], .failed)
        #expect(verdict == .passing(JobFailure(cause: "Failing due to node restart")))
        var job = JobSnapshot()
        job.state = .failed
        job.message = "not enough nodes to run job.\n• Node a: node busy with x"
        let busy = JobVerdict.judge(job, resultType: .stdout, agreement: Agreement(runs: 3))
        #expect(busy == .busy(SafeText.line(job.message)))
    }

    @Test func saysThatTooFewNodesRanIt() throws {
        let verdict = judged([Self.run("a", "42"), Self.run("a", "42"), Self.run("a", "42")])
        let failure = try #require(refusal(verdict))
        #expect(failure.cause == "the job ran on 1 compute node, and fewer than 2 of them agree on the result")
        #expect(failure.detail == #"1 node (a) gave 2 bytes "42""#)
    }

    @Test func saysWhereNoCIDIsAsEver() throws {
        let runs = ["a", "b", "c"].map { Self.run($0, "42") }
        #expect(refusal(judged(runs, type: .cid)) == JobFailure(cause: "the job published no CID, but nothing"))
        let some = refusal(judged([Self.run("a", "", cid: Self.cid)] + runs.dropFirst(), type: .cid))
        #expect(some?.detail == "2 nodes (b, c) gave no CID; 1 node (a) gave CID \(Self.cid)")
    }

    @Test func tellsWhoSaidWhat() throws {
        let runs = [
            Self.run("node-a", "41\n", cid: Self.cid), Self.run("node-b", "42\u{1b}[2J\n"), Self.run("node-c", ""),
            Self.run("node-d", "1"), Self.run("node-d", "2"),
        ]
        let detail = try #require(refusal(judged(runs))?.detail)
        #expect(
            detail
                == #"1 node (node-a) gave 3 bytes "41", CID QmeNhAA97qtdGHQtd1Qvgk13C6GHkn6aTCT8ih53JLN7vL; "#
                + #"1 node (node-b) gave 7 bytes "42<U+1B>[2J"; 1 node (node-c) gave 0 bytes ""; "#
                + "1 node (node-d) gave different ones"
        )
    }

    @Test func showsLongAnswersWhereTheyDiffer() throws {
        let same = String(repeating: "x", count: 2_000)
        let runs = [Self.run("a", same + "left"), Self.run("b", same + "right"), Self.run("c", "")]
        let detail = try #require(refusal(judged(runs))?.detail)
        #expect(detail.contains(#"2004 bytes from byte 1992 on "xxxxxxxxleft""#), "\(detail)")
        #expect(detail.contains(#"2005 bytes from byte 1992 on "xxxxxxxxright""#), "\(detail)")
    }

    @Test func staysSmallWhateverNodesSay() throws {
        let huge = String(repeating: "\u{202e}é\n", count: 10_000)
        let runs = (0..<40).map { Self.run(huge + "\($0)", huge + "\($0)", cid: huge) }
        let failure = try #require(refusal(judged(runs)))
        #expect(failure.reason.utf8.count <= 100)
        #expect(try #require(failure.detail).utf8.count <= 2_048)
        #expect(failure.detail?.unicodeScalars.contains { $0.value < 32 || $0.value == 0x202e } == false)
        let nodes = (0..<300).map { Self.run("node-\($0)", "same") } + [Self.run("z", "other")]
        let rule = Agreement(runs: 3)?.forJob(count: 10_000)
        #expect(refusal(judged(nodes, rule: rule))?.detail?.hasPrefix("300 nodes (node-0, node-1, ") == true)
    }

    @Test func countsOnlyTheVersionAtHand() throws {
        var runs = [Self.run("a", "42"), Self.run("b", "42"), Self.run("c", "1")]
        runs[0].jobVersion = 1
        runs[1].jobVersion = 2
        runs[2].jobVersion = 2
        var job = JobSnapshot()
        (job.state, job.version, job.executions) = (.completed, 2, runs)
        #expect(refusal(JobVerdict.judge(job, resultType: .stdout, agreement: Agreement(runs: 3)))?.detail != nil)
    }
}
