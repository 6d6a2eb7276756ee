import JSON
import RelayTestSupport
import Testing

@testable import Bacalhau

@Suite struct SubmissionTests {
    @Test(arguments: [
        ("run-hello", Submission.created(jobID: "j-64a2c4d0-1549-4abe-8a9f-c514b48a2289")),
        ("bad-job-count-negative", .refused("job count must be >= 0")),
        (
            "bad-job-results-without-publisher",
            .refused("task main validation failed: publisher must be set if result paths are set")
        ),
        ("body-too-large", .refused("Request Entity Too Large")),
        ("bad-job-legacy-wasm-form", .unknown("Internal server error")),
    ])
    func classifiesRecordedAnswers(name: String, submission: Submission) throws {
        let put = try #require(Transcript.bacalhau("no-publisher/\(name)").step("PUT", "/orchestrator/jobs"))
        #expect(Submission.classify(status: put.status, body: put.body) == submission)
    }

    @Test(arguments: ["submit-same-again", "submit-same-while-running"])
    func knowsTheSameJobAgain(name: String) throws {
        let puts = try Transcript.bacalhau("no-publisher/\(name)").steps.filter { $0.method == "PUT" }
        let id = try #require(puts.first?.answer?["JobID"]?.string)
        #expect(Submission.classify(status: 500, body: puts[1].body) == .alreadyExists(jobID: id))
    }

    @Test(
        arguments: [
            (
                409, #"{"Message":"job name x already exists in namespace y","Code":"ResourceInUse"}"#, nil,
                Submission.alreadyExists(jobID: nil)
            ),
            (200, "{}", nil, .unknown("the answer names no job")),
            (200, "<html>", nil, .unknown("the answer names no job")),
            (503, "Server Timeout!", nil, .unknown("Server Timeout!")), (503, "", 7, .busy(retryAfter: 7)),
            (429, "", nil, .busy(retryAfter: nil)), (429, "", 3, .busy(retryAfter: 3)),
            (500, "", nil, .unknown("HTTP status 500")),
            (502, "<html>bad gateway</html>", nil, .unknown("<html>bad gateway</html>")),
            (
                401, #"{"Message":"Request Unauthorized","Details":{"reason":"invalid API key"}}"#, nil,
                .denied("Request Unauthorized (invalid API key)")
            ),
            (403, #"{"Error":"Client version is outdated"}"#, nil, .denied("Client version is outdated")),
            (404, "not here", nil, .denied("not here")), (301, "", nil, .denied("HTTP status 301")),
            (422, #"{"Message":"no"}"#, nil, .refused("no")), (400, "\u{7}\u{7}", nil, .refused("<U+7><U+7>")),
            (
                500, #"{"Message":"no changes detected for new job spec. Job Name: 'Job Id: ', Job Id: 'j-1'"}"#, nil,
                .alreadyExists(jobID: "j-1")
            ),
            (500, #"{"Message":"no changes detected"}"#, nil, .alreadyExists(jobID: nil)),
        ] as [(Int, String, Int?, Submission)]
    )
    func classifies(status: Int, body: String, retryAfter: Int?, submission: Submission) {
        #expect(Submission.classify(status: status, body: Array(body.utf8), retryAfter: retryAfter) == submission)
    }
}

@Suite struct ServerVersionTests {
    @Test(arguments: [
        ("v1.9.3", true), ("1.8.0", true), ("v1.8.0-rc1", true), ("v1.10.0+dirty", true), ("v2.0.0", true),
        ("v1.7.9", false), ("v0.3.29", false), ("v0.0.0-unknown", false),
    ])
    func knowsWhatIsOldEnough(text: String, isSupported: Bool) throws {
        #expect(try #require(ServerVersion(text)).isSupported == isSupported)
    }

    @Test(arguments: [
        "", "v", "1.9", "1.9.x", "v1.9.3.4", "v-1.9.3", "1..3", "99999999999999999999.0.0", "vv1.9.3", "1.9.３",
    ])
    func refusesOtherTexts(text: String) { #expect(ServerVersion(text) == nil) }

    @Test func readsTheRecordedAnswer() throws {
        let step = try #require(Transcript.bacalhau("no-publisher/agent").step("GET", "/agent/version"))
        #expect(ServerVersion(answer: step.body) == ServerVersion(1, 9, 3))
        #expect(ServerVersion(answer: Array("{}".utf8)) == nil)
    }
}

@Suite struct NodeSummaryTests {
    @Test func readsRecordedNodes() throws {
        let step = try #require(Transcript.bacalhau("ipfs/nodes").step("GET", "/orchestrator/nodes"))
        let node = try #require(NodeSummary.readList(step.body).first)
        #expect(node.isUsable)
        #expect(node.engines == ["wasm"])
        #expect(node.publishers.contains("ipfs"))
        let none = try #require(Transcript.bacalhau("no-publisher/no-compute-node").step("GET", "/orchestrator/nodes"))
        #expect(try NodeSummary.readList(none.body).contains(where: \.isUsable) == false)
    }

    @Test func refusesWhatIsNoList() throws {
        #expect(throws: SnapshotError.missing("Nodes")) { try NodeSummary.readList(Array("{}".utf8)) }
        #expect(try NodeSummary.readList(Array(#"{"Nodes":null}"#.utf8)).isEmpty)
        #expect(try NodeSummary.readList(Array(#"{"Nodes":[1,{},{"Info":7}]}"#.utf8)).isEmpty)
    }
}

@Suite struct SafeTextTests {
    @Test(arguments: [
        ("a\nb\t\tc  d ", "a b c d"), ("\u{0}x\u{7f}", "<U+0>x<U+7F>"), ("\u{202e}rtl", "<U+202E>rtl"),
        ("é😀 \"q\"", "é😀 \"q\""), ("", ""), (" \n ", ""), ("\u{feff}x", "<U+FEFF>x"), ("a\u{2028}b", "a b"),
    ])
    func isOneVisibleLine(text: String, line: String) { #expect(SafeText.line(text) == line) }

    @Test func cutsAtWholeCharacters() {
        for limit in 0...40 {
            let line = SafeText.line(String(repeating: "é", count: 30), limit: limit)
            #expect(line.utf8.count <= limit)
            if limit >= 5 { #expect(line.hasSuffix("…")) }
        }
        #expect(SafeText.line("abc", limit: 3) == "abc")
        #expect(SafeText.line("abcd", limit: 3) == "…")
    }
}
