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
        ResultFiles(transport: transport, source: source, maxSize: maxSize, timeout: .seconds(3))
    }

    /// The recorded step whose path ends so.
    private func step(_ name: String, _ method: String, _ end: String) throws -> Transcript.Step {
        try #require(Transcript.kubo(name).steps.first { $0.method == method && $0.path.hasSuffix(end) })
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

    @Test func readsAFileOverTheGateway() async throws {
        let transport = ScriptedTransport(try step("gateway", "GET", "/stdout"))
        let content = try await files(transport).content(of: .stdout, in: Self.cid)
        #expect(content == ResultFileContent(bytes: Array("hello\n".utf8)))
        let request = try #require(transport.requests.first)
        #expect(request.method == .get && request.body == nil && request.totalTimeout == .seconds(3))
        #expect(request.url == "http://127.0.0.1:8080/ipfs/\(Self.cid)/stdout")
        #expect(request.headers.contains(HTTPRequest.Header("Range", "bytes=0-1000")))
        #expect(transport.requests.count == 1)
    }

    @Test func readsAFileOverTheAPI() async throws {
        let transport = ScriptedTransport(try step("api", "POST", "/stdout"))
        let content = try await files(transport, Self.api).content(of: .stdout, in: Self.cid)
        #expect(content == ResultFileContent(bytes: Array("hello\n".utf8)))
        let request = try #require(transport.requests.first)
        #expect(request.method == .post)
        #expect(request.url == "http://127.0.0.1:5001/api/v0/cat?arg=\(Self.cid)%2Fstdout&length=1001")
    }

    @Test func readsTheExitCode() async throws {
        let transport = ScriptedTransport(try step("gateway", "GET", "/exitCode"))
        #expect(try await files(transport).content(of: .exitCode, in: Self.cid).bytes == Array("0".utf8))
        #expect(transport.requests.first?.url.hasSuffix("/exitCode") == true)
    }

    @Test func tellsWhenThereIsMoreThanIsWanted() async throws {
        // It asked for three bytes, which is one more than two.
        let part = try await files(ScriptedTransport(step("api", "POST", "&length=3")), Self.api, maxSize: 2)
            .content(of: .stdout, in: Self.cid)
        #expect(part == ResultFileContent(bytes: Array("he".utf8), isCut: true))
        // It gives the whole in place of a part.
        let whole = try await files(ScriptedTransport(step("gateway", "GET", "/stdout")), maxSize: 5)
            .content(of: .stdout, in: Self.cid)
        #expect(whole == ResultFileContent(bytes: Array("hello".utf8), isCut: true))
        let exact = try await files(ScriptedTransport(step("gateway", "GET", "/stdout")), maxSize: 6)
            .content(of: .stdout, in: Self.cid)
        #expect(exact == ResultFileContent(bytes: Array("hello\n".utf8)))
    }

    @Test(arguments: [("gateway", "GET", "/nope"), ("api", "POST", "/nope")])
    func knowsThatThereIsNoSuchFile(name: String, method: String, end: String) async throws {
        let source = name == "api" ? Self.api : Self.gateway
        let error = await error(.success(try step(name, method, end).response), source)
        #expect(error?.kind == .notThere && error?.isLasting == true && error?.isOutage == false)
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

    // MARK: Ranges

    private static func part(_ body: String, _ range: String) -> Result<HTTPResponse, HTTPError> {
        .answer(206, body, HTTPRequest.Header("Content-Range", range))
    }

    @Test(
        arguments: [
            (part("hello", "bytes 0-4/5"), 10, "hello", false), (part("hello", "bytes 0-4/5"), 4, "hell", true),
            (part("hello", "bytes 0-4/*"), 4, "hell", true), (part("hello", "bytes 0-4/9"), 4, "hell", true),
            (.answer(206, "hello"), 5, "hello", false),
            (.answer(416, "invalid range", HTTPRequest.Header("Content-Range", "bytes */0")), 5, "", false),
        ] as [(Result<HTTPResponse, HTTPError>, Int, String, Bool)]
    )
    func readsAPart(answer: Result<HTTPResponse, HTTPError>, maxSize: Int, text: String, isCut: Bool) async throws {
        let content = try await files(ScriptedTransport(answer), maxSize: maxSize).content(of: .stdout, in: Self.cid)
        #expect(content == ResultFileContent(bytes: Array(text.utf8), isCut: isCut))
    }

    @Test(arguments: [
        "bytes 1-5/9", "bytes 0-5/9", "bytes 0-3/5", "bytes 0-4/9", "bytes", "lines 0-4/5", "bytes 0-4", "bytes 4-0/5",
        "bytes 0-9223372036854775807/*", "bytes 0-x/5", "bytes 0-4/x", "",
    ])
    func refusesAnotherPart(range: String) async {
        let error = await error(Self.part("hello", range), maxSize: 5)
        guard case .badAnswer? = error?.kind else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.isLasting == false)
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

    /// A program may print HTML, so the type alone says nothing.
    @Test func tellsAWebPageFromAFile() async throws {
        let html = HTTPRequest.Header("Content-Type", "text/html; charset=utf-8")
        let stranger = await error(.answer(200, "<html>log in</html>", html))
        #expect(stranger?.isLasting == false && stranger?.isOutage == true)
        let path = HTTPRequest.Header("X-Ipfs-Path", "/ipfs/\(Self.cid)/stdout")
        let page = try await files(ScriptedTransport(.answer(200, "<html>mine</html>", html, path)))
            .content(of: .stdout, in: Self.cid)
        #expect(page.bytes == Array("<html>mine</html>".utf8))
        let listing = await error(
            .answer(200, "<html>", html, path, HTTPRequest.Header("Etag", "\"DirIndex-1_CID-2\""))
        )
        #expect(listing?.kind == .notThere)
    }

    @Test func takesNoAnswerThatBrokeOffUnderWay() async {
        let error = await error(.answer(200, "hel", HTTPRequest.Header("X-Stream-Error", "context canceled")), Self.api)
        #expect(error?.kind == .failed(status: 200, "context canceled") && error?.isLasting == false)
    }

    @Test(
        arguments: [
            (.failure(.tooLarge(limit: 65_536)), true), (.failure(.timedOut), false),
            (.failure(.broken("reset")), false),
            (.failure(.connectFailed("refused")), false), (.answer(500, ""), false), (.answer(502, "<html>"), false),
            (.answer(503, ""), false), (.answer(504, "late"), false), (.answer(429, "slow down"), false),
            (.answer(404, "404 page not found"), false), (.answer(401, ""), true), (.answer(410, "blocked"), true),
            (.answer(416, "no ranges here"), true), (.answer(204, ""), true),
        ] as [(Result<HTTPResponse, HTTPError>, Bool)]
    )
    func saysWhetherAnotherTryIsWorthIt(answer: Result<HTTPResponse, HTTPError>, isLasting: Bool) async {
        for source in [Self.gateway, Self.api] {
            let error = await error(answer, source)
            #expect(error?.isLasting == isLasting, "\(String(describing: error))")
        }
    }

    /// What comes is bounded while it comes, and a small limit does not hide an error's words.
    @Test(arguments: [(1_000, 65_536), (1 << 20, (1 << 20) + 1)])
    func boundsTheAnswer(maxSize: Int, limit: Int) async throws {
        let transport = ScriptedTransport(.answer(200, ""))
        _ = try await files(transport, maxSize: maxSize).content(of: .stdout, in: Self.cid)
        #expect(transport.requests.first?.bodyLimit == limit)
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
        #expect(transport.requests.first?.url == "http://me:hunter2hunter2@gw.test/ipfs/\(Self.cid)/stdout")
    }

    // MARK: The check

    @Test func checksThatTheServerKnowsTheEmptyDirectory() async throws {
        let nothing = Result<HTTPResponse, HTTPError>.answer(
            404,
            "failed to resolve: no link named \"stdout\" under Qm"
        )
        try await files(ScriptedTransport(nothing)).check()
        for answer in [.answer(200, "hello"), .answer(404, "nginx"), .failure(.timedOut)]
            as [Result<HTTPResponse, HTTPError>]
        {
            await #expect(throws: ResultFilesError.self) { try await files(ScriptedTransport(answer)).check() }
        }
    }
}
