import Bacalhau
import RelayTestSupport
import Testing
import Transport

@testable import BacalhauAPI

/// Published files as a recorded kubo gives them, and servers that give something else.
@Suite(.timeLimit(.minutes(1)))
struct ResultFilesTests {
    private static let cid = "QmeNhAA97qtdGHQtd1Qvgk13C6GHkn6aTCT8ih53JLN7vL"
    private static let gateway = ResultFiles.Source.gateway("http://127.0.0.1:8080")
    private static let api = ResultFiles.Source.api("http://127.0.0.1:5001")

    private func files(
        _ transport: ScriptedTransport,
        _ source: ResultFiles.Source = gateway,
        maxSize: Int = 1_000
    ) -> ResultFiles {
        ResultFiles(transport: transport, time: ManualTime(), source: source, maxSize: maxSize, timeout: .seconds(3))
    }

    /// What a recorded job left, whose CID it is.
    private static let tree = PublishedTree(["stdout": "hello\n", "stderr": "", "exitCode": "0"])

    /// The recorded step whose path ends so.
    private func step(_ name: String, _ method: String, _ end: String) throws -> Transcript.Step {
        try #require(Transcript.kubo(name).steps.first { $0.method == method && $0.path.hasSuffix(end) })
    }

    private static func block(_ cid: String) -> Result<HTTPResponse, HTTPError> {
        .success(HTTPResponse(status: 200, body: tree.blocks[cid] ?? []))
    }

    private func error(
        _ answer: Result<HTTPResponse, HTTPError>,
        _ source: ResultFiles.Source = gateway,
        maxSize: Int = 1_000
    ) async -> ResultFilesError? {
        await #expect(throws: ResultFilesError.self) {
            try await files(ScriptedTransport(answer), source, maxSize: maxSize).content(of: .stdout, in: Self.cid)
        }
    }

    // MARK: Recorded

    /// The file's block as kubo gave it.
    @Test(arguments: [
        (gateway, HTTPRequest.Method.get, "http://127.0.0.1:8080/ipfs/", "?format=raw"),
        (api, .post, "http://127.0.0.1:5001/api/v0/block/get?arg=", ""),
    ])
    func readsAFile(source: ResultFiles.Source, method: HTTPRequest.Method, start: String, end: String) async throws {
        #expect(Self.tree.cid == Self.cid)
        let file = try step("gateway", "GET", "/stdout?format=raw")
        let transport = ScriptedTransport(Self.block(Self.cid), .success(file.response))
        let content = try await files(transport, source).content(of: .stdout, in: Self.cid)
        #expect(content == ResultFileContent(bytes: Array("hello\n".utf8)))
        let hello = try #require(ContentID(link: ([0x12, 0x20] + sha256(file.body))[...])).text
        #expect(transport.requests.map(\.url) == [Self.cid, hello].map { start + $0 + end })
        for request in transport.requests {
            #expect(request.method == method && request.body == nil && request.totalTimeout == .seconds(3))
            #expect(request.bodyLimit == 2 << 20)
        }
        guard case .gateway = source else { return }
        let wanted = HTTPRequest.Header("Accept", "application/vnd.ipld.raw")
        #expect(transport.requests.allSatisfy { $0.headers.contains(wanted) })
    }

    @Test func tellsWhenThereIsMoreThanIsWanted() async throws {
        for (maxSize, text, isCut) in [(5, "hello", true), (6, "hello\n", false)] {
            let file = try step("gateway", "GET", "/stdout?format=raw").response
            let transport = ScriptedTransport(Self.block(Self.cid), .success(file))
            let content = try await files(transport, maxSize: maxSize).content(of: .stdout, in: Self.cid)
            #expect(content == ResultFileContent(bytes: Array(text.utf8), isCut: isCut))
        }
    }

    /// The time-out is the whole file's: a slow server is one that does not answer, however it divides that up.
    @Test(arguments: [(1, true), (2, true), (3, false), (4, false)])
    func readsAFileWithinItsTimeOut(seconds: Int, isRead: Bool) async throws {
        let time = ManualTime()
        let file = try step("gateway", "GET", "/stdout?format=raw").response
        let script = ScriptedTransport(Self.block(Self.cid), .success(file))
        let transport = SlowTransport(inner: script, time: time, delay: .seconds(seconds))
        let files = ResultFiles(transport: transport, time: time, source: Self.gateway, timeout: .seconds(3))
        do {
            #expect(try await files.content(of: .stdout, in: Self.cid).bytes == Array("hello\n".utf8) && isRead)
            #expect(script.requests.map(\.totalTimeout) == [.seconds(3), .seconds(3 - seconds)])
        } catch {
            #expect(!isRead && error.kind == .transport(.timedOut) && error.isOutage && !error.isLasting)
            #expect(script.requests.count == 1)
        }
    }

    @Test func knowsThatThereIsNoSuchFile() async throws {
        let empty = PublishedTree([:])
        let transport = ScriptedTransport(.success(HTTPResponse(status: 200, body: empty.blocks[empty.cid] ?? [])))
        let error = await #expect(throws: ResultFilesError.self) {
            try await files(transport).content(of: .stdout, in: empty.cid)
        }
        #expect(error?.kind == .notThere && error?.isLasting == true && error?.isOutage == false)
    }

    @Test func knowsWhatCannotBeRead() async throws {
        let link = "f015500036f6e65"
        let error = await #expect(throws: ResultFilesError.self) {
            try await files(ScriptedTransport()).content(of: .stdout, in: link)
        }
        #expect(error?.kind == .unreadable("bafkqaa3pnzsq is no directory"))
        #expect(error?.isLasting == true && error?.isOutage == false)
    }

    /// What is not found yet may be found later.
    @Test(arguments: [("gateway", "GET", "WnPbdG"), ("api", "POST", "timeout=2s")])
    func triesAgainWhatIsNotFound(name: String, method: String, end: String) async throws {
        let source = name == "api" ? Self.api : Self.gateway
        let error = await error(.success(try step(name, method, end).response), source)
        #expect(error?.isLasting == false)
        #expect(error?.description.contains("block was not found locally") == true, "\(error?.description ?? "")")
    }

    /// Not a CID; the API asked by GET; the API asked from a browser's page.
    @Test(arguments: [("gateway", "not-a-cid/stdout", 400), ("api", "/stdout", 405), ("api", "/stdout", 403)])
    func givesUpWhatIsRefused(name: String, end: String, status: Int) async throws {
        let steps = try Transcript.kubo(name).steps
        let step = try #require(steps.first { $0.path.hasSuffix(end) && $0.status == status })
        let error = await error(.success(step.response))
        #expect(error?.isLasting == true)
        guard case .refused(status, _)? = error?.kind else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    // MARK: Hostile servers

    @Test func followsNoRedirection() async {
        let place = HTTPRequest.Header("Location", "http://\(Self.cid).ipfs.localhost:8080/stdout")
        let transport = ScriptedTransport(.answer(301, "", place), .answer(200, "stolen"))
        let error = await #expect(throws: ResultFilesError.self) {
            try await files(transport).content(of: .stdout, in: Self.cid)
        }
        #expect(transport.requests.count == 1)
        #expect(error?.isLasting == true && error?.isOutage == true)
        #expect(error?.description.contains("redirects to http://") == true, "\(error?.description ?? "")")
    }

    /// The file in place of its block, a web page, an answer that broke off, another file.
    @Test(arguments: ["hello\n", "<html>log in</html>", "", "\n\u{c}\u{8}\u{2}\u{12}\u{6}hullo\n\u{18}\u{6}"])
    func takesNothingThatHasAnotherHash(body: String) async throws {
        for source in [Self.gateway, Self.api] {
            let first = await error(.answer(200, body), source)
            #expect(first?.kind == .otherBytes(cid: Self.cid))
            #expect(first?.isLasting == false && first?.isOutage == true)
            #expect(first?.description.contains("(?format=raw, block/get)") == true, "\(first?.description ?? "")")
            let transport = ScriptedTransport(Self.block(Self.cid), .answer(200, body))
            let second = await #expect(throws: ResultFilesError.self) {
                try await files(transport, source).content(of: .stdout, in: Self.cid)
            }
            guard case .otherBytes? = second?.kind else {
                Issue.record("\(String(describing: second))")
                continue
            }
        }
    }

    @Test(
        arguments: [
            (.failure(.tooLarge(limit: 65_536)), true), (.failure(.timedOut), false),
            (.failure(.broken("reset")), false),
            (.failure(.connectFailed("refused")), false), (.answer(500, ""), false), (.answer(502, "<html>"), false),
            (.answer(503, ""), false), (.answer(504, "late"), false), (.answer(429, "slow down"), false),
            (.answer(404, "404 page not found"), false), (.answer(401, ""), true), (.answer(410, "blocked"), true),
            (.answer(206, "part"), true), (.answer(204, ""), true), (.answer(200, "other"), false),
        ] as [(Result<HTTPResponse, HTTPError>, Bool)]
    )
    func saysWhetherAnotherTryIsWorthIt(answer: Result<HTTPResponse, HTTPError>, isLasting: Bool) async {
        for source in [Self.gateway, Self.api] {
            let error = await error(answer, source)
            #expect(error?.isLasting == isLasting, "\(String(describing: error))")
        }
    }

    @Test(arguments: [
        "", "Qm", "../../etc/passwd", "QmeNhAA97qtdGHQtd1Qvgk13C6GHkn6aTCT8ih53JLN7v/", "a b", "bafy?x=1",
    ])
    func asksForNothingThatIsNoCID(cid: String) async {
        let transport = ScriptedTransport(.answer(200, "no"))
        let error = await #expect(throws: ResultFilesError.self) {
            try await files(transport).content(of: .stdout, in: cid)
        }
        #expect(error?.kind == .noCID && error?.isLasting == true && transport.requests.isEmpty)
    }

    @Test func tellsNoSecrets() async {
        let source = ResultFiles.Source.gateway("http://me:hunter2hunter2@gw.test/ipfs/")
        let transport = ScriptedTransport(.answer(403, "me:hunter2hunter2 may not\u{1b}[31m"))
        let error = await #expect(throws: ResultFilesError.self) {
            try await files(transport, source).content(of: .stdout, in: Self.cid)
        }
        let text = error?.description ?? ""
        #expect(!text.contains("hunter2") && !text.contains("\u{1b}"), "\(text)")
        #expect(transport.requests.first?.url == "http://me:hunter2hunter2@gw.test/ipfs/\(Self.cid)?format=raw")
    }

    // MARK: The check

    @Test func checksThatTheServerKnowsTheEmptyDirectory() async throws {
        let empty = PublishedTree([:])
        let answer = HTTPResponse(status: 200, body: empty.blocks[empty.cid] ?? [])
        try await files(ScriptedTransport(.success(answer))).check()
        for answer in [.answer(200, "hello"), .answer(404, "nginx"), .failure(.timedOut)]
            as [Result<HTTPResponse, HTTPError>]
        {
            await #expect(throws: ResultFilesError.self) { try await files(ScriptedTransport(answer)).check() }
        }
    }
}

/// Each answer takes its time.
private struct SlowTransport: HTTPTransport {
    let inner: ScriptedTransport
    let time: ManualTime
    let delay: Duration

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        time.advance(by: delay)
        return try await inner.send(request)
    }
}
