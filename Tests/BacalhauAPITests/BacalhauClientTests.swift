import Bacalhau
import JSON
import RelayTestSupport
import Testing
import Transport

@testable import BacalhauAPI

/// The real client over recorded answers: each leads to the action that is documented.
@Suite(.timeLimit(.minutes(1)))
struct BacalhauClientTests {
    private let endpoint = BacalhauEndpoint(url: "http://127.0.0.1:1234")
    private let unknownJob = #"{"Status":404,"Message":"job not found: x","Code":"NotFound","Component":"JobStore"}"#

    private func client(_ transport: ScriptedTransport) -> BacalhauClient {
        BacalhauClient(transport: transport, endpoint: endpoint)
    }

    // MARK: The server

    @Test func readsTheVersion() async throws {
        let transport = ScriptedTransport(try step("no-publisher/agent", "GET", "/agent/version"))
        #expect(try await client(transport).version() == ServerVersion(1, 9, 3))
        #expect(transport.requests.map(\.url) == ["http://127.0.0.1:1234/api/v1/agent/version"])
    }

    @Test func refusesAnAnswerWithoutAVersion() async throws {
        let error = await #expect(throws: BacalhauError.self) {
            try await client(ScriptedTransport(.answer(200, "{\"GitVersion\":\"dev\"}"))).version()
        }
        #expect(error?.kind == .badAnswer("the answer names no version of Bacalhau"))
        #expect(error?.method == "GET /agent/version")
    }

    @Test func asksWhetherTheServerIsWell() async throws {
        #expect(try await client(ScriptedTransport(step("no-publisher/agent", "GET", "/agent/alive"))).alive())
        #expect(try await !client(ScriptedTransport(.answer(200, "<html>"))).alive())
    }

    @Test func readsTheNodes() async throws {
        let nodes = try await client(ScriptedTransport(step("ipfs/nodes", "GET", "/orchestrator/nodes"))).nodes()
        #expect(nodes.contains { $0.isUsable && $0.publishers.contains("ipfs") })
    }

    // MARK: Reading a job

    @Test func readsAJobByItsName() async throws {
        let recorded = try Transcript.bacalhau("ipfs/run-hello")
        let step = try #require(recorded.steps.first { $0.path.contains("include=executions,history") })
        let transport = ScriptedTransport(step)
        let job = try #require(try await client(transport).job(named: "run-hello"))
        #expect(job.state == .completed && job.executions.count == 1)
        let request = try #require(transport.requests.first)
        #expect(request.method == .get && request.body == nil)
        #expect(
            request.url
                == "http://127.0.0.1:1234/api/v1/orchestrator/jobs/run-hello?namespace=lilypad&include=executions"
        )
    }

    @Test func encodesWhatStandsInAnAddress() async throws {
        let transport = ScriptedTransport(.answer(404, unknownJob))
        let endpoint = BacalhauEndpoint(url: "http://h/api/v1/", namespace: "a&b=c é")
        _ = try await BacalhauClient(transport: transport, endpoint: endpoint).job(named: "x/../y?z")
        #expect(
            transport.requests.first?.url
                == "http://h/api/v1/orchestrator/jobs/x%2F..%2Fy%3Fz?namespace=a%26b%3Dc%20%C3%A9&include=executions"
        )
    }

    @Test func takesOnlyTheOrchestratorsOwnNotFoundForNone() async throws {
        let unknown = try step("no-publisher/get-unknown", "GET", "/orchestrator/jobs/no-such-name?")
        #expect(try await client(ScriptedTransport(unknown)).job(named: "no-such-name") == nil)
        let wrongPath = try step("no-publisher/agent", "GET", "/nothing")
        for transport in [
            ScriptedTransport(wrongPath), ScriptedTransport(.answer(404, "404 page not found")),
            ScriptedTransport(.answer(500, unknownJob)), ScriptedTransport(.answer(200, unknownJob)),
        ] {
            await #expect(throws: BacalhauError.self) { try await client(transport).job(named: "x") }
        }
    }

    @Test func keepsTheServersOwnWords() async throws {
        let unauthorized = try step(
            auth: "GET",
            where: { $0.note == "wrong key" && $0.path.contains("/orchestrator/jobs") }
        )
        let error = await #expect(throws: BacalhauError.self) {
            try await client(ScriptedTransport(unauthorized)).job(named: "x")
        }
        #expect(
            error?.kind == .server(status: 401, code: "Unauthorized", message: "Request Unauthorized (invalid API key)")
        )
        #expect(error?.isTransient == false && error?.outcomeUnknown == false && error?.status == 401)
        #expect(
            error?.description
                == "Bacalhau at http://127.0.0.1:1234, GET /orchestrator/jobs/x: HTTP 401 Unauthorized: Request Unauthorized (invalid API key)"
        )
    }

    @Test func readsRetryAfter() async throws {
        for (value, seconds) in [("7", 7), ("999999999999", 3_600), ("Wed, 21 Oct 2015 07:28:00 GMT", 60), ("-1", 0)] {
            let transport = ScriptedTransport(.answer(503, "", HTTPRequest.Header("retry-after", value)))
            let error = await #expect(throws: BacalhauError.self) { try await client(transport).nodes() }
            #expect(error?.retryAfter == seconds && error?.isTransient == true)
        }
    }

    // MARK: Submitting and stopping

    @Test func submitsTheBytesAsTheyAre() async throws {
        let transport = ScriptedTransport(try step("no-publisher/run-hello", "PUT", "/orchestrator/jobs"))
        let body = Array(#"{"Job":{}}"#.utf8)
        let submission = try await client(transport).submit(body: body)
        #expect(submission == .created(jobID: "j-64a2c4d0-1549-4abe-8a9f-c514b48a2289"))
        let request = try #require(transport.requests.first)
        #expect(request.method == .put && request.body == body)
        #expect(request.url == "http://127.0.0.1:1234/api/v1/orchestrator/jobs")
        #expect(request.headers.contains(HTTPRequest.Header("Content-Type", "application/json")))
        #expect(!request.headers.contains { $0.name.lowercased() == "transfer-encoding" })
    }

    @Test func knowsTheSameJobAgainAndASlowServer() async throws {
        let again = try Transcript.bacalhau("no-publisher/submit-same-again").steps.filter { $0.method == "PUT" }[1]
        #expect(
            try await client(ScriptedTransport(again)).submit(body: [])
                == .alreadyExists(jobID: "j-4db02206-28fa-4ca2-b05d-073f14a5c851")
        )
        #expect(
            try await client(ScriptedTransport(.answer(503, "Server Timeout!"))).submit(body: [])
                == .unknown("Server Timeout!")
        )
        let busy = ScriptedTransport(.answer(429, "", HTTPRequest.Header("Retry-After", "2")))
        #expect(try await client(busy).submit(body: []) == .busy(retryAfter: 2))
        let forbidden = try step(auth: "PUT", where: { $0.response.status == 403 })
        guard case .denied(let text) = try await client(ScriptedTransport(forbidden)).submit(body: []) else {
            Issue.record("not denied")
            return
        }
        #expect(text.contains("write:job"))
    }

    @Test(arguments: [
        (HTTPError.broken("reset"), true), (.timedOut, true), (.connectFailed("refused"), false),
        (.connectTimedOut, false),
    ])
    func saysWhetherASubmissionMayHaveHappened(error: HTTPError, outcomeUnknown: Bool) async throws {
        let transport = ScriptedTransport(.failure(error), .answer(200, "{}"))
        let thrown = await #expect(throws: BacalhauError.self) { try await client(transport).submit(body: []) }
        #expect(thrown?.outcomeUnknown == outcomeUnknown && thrown?.kind == .transport(error))
        #expect(thrown?.isTransient == true)
        // A PUT is never repeated here.
        #expect(transport.requests.count == 1)
    }

    @Test func repeatsAReadWhoseConnectionBrokeOnce() async throws {
        let mended = ScriptedTransport(.failure(.broken("reset")), .answer(404, unknownJob))
        #expect(try await client(mended).job(named: "x") == nil)
        #expect(mended.requests.count == 2)
        let broken = ScriptedTransport(.failure(.broken("a")), .failure(.broken("b")), .answer(404, unknownJob))
        let error = await #expect(throws: BacalhauError.self) { try await client(broken).job(named: "x") }
        #expect(error?.kind == .transport(.broken("b")) && error?.outcomeUnknown == false)
        #expect(broken.requests.count == 2)
        let slow = ScriptedTransport(.failure(.timedOut), .answer(404, unknownJob))
        await #expect(throws: BacalhauError.self) { try await client(slow).job(named: "x") }
        #expect(slow.requests.count == 1)
    }

    @Test func stopsAJobWithItsReason() async throws {
        let stops = try Transcript.bacalhau("no-publisher/submit-same-while-running").steps
        let transport = ScriptedTransport(try #require(stops.first { $0.method == "DELETE" }))
        try await client(transport).stop(id: "j-1", reason: "gone\nfrom the chain")
        let request = try #require(transport.requests.first)
        #expect(request.method == .delete)
        #expect(request.url == "http://127.0.0.1:1234/api/v1/orchestrator/jobs/j-1?namespace=lilypad")
        #expect(request.body.map { String(decoding: $0, as: UTF8.self) } == #"{"reason":"gone from the chain"}"#)
    }

    @Test func takesAJobThatIsOverForStopped() async throws {
        for step in try Transcript.bacalhau("no-publisher/stop").steps where step.method == "DELETE" {
            try await client(ScriptedTransport(step)).stop(id: "j-1", reason: "")
        }
        try await client(ScriptedTransport(step("no-publisher/get-unknown", "DELETE", ""))).stop(id: "j", reason: "")
        let error = await #expect(throws: BacalhauError.self) {
            try await client(ScriptedTransport(.answer(500, "{}"))).stop(id: "j", reason: "")
        }
        #expect(error?.outcomeUnknown == true)
    }

    private func step(_ name: String, _ method: String, _ path: String) throws -> Transcript.Step {
        try #require(Transcript.bacalhau(name).step(method, path))
    }

    private func step(auth method: String, where matches: (Transcript.Step) -> Bool) throws -> Transcript.Step {
        let transcript = try Transcript.read("\(PackageRoot.path)/Tests/BacalhauAPITests/Fixtures/auth.json")
        return try #require(transcript.steps.first { $0.method == method && matches($0) })
    }
}

@Suite struct BacalhauEndpointTests {
    @Test func authenticatesAsTheServerWantsIt() throws {
        func header(_ authentication: BacalhauEndpoint.Authentication) -> String? {
            BacalhauEndpoint(url: "http://h", authentication: authentication).authorization?.value
        }
        // Both recorded as accepted.
        #expect(header(.none) == nil)
        #expect(header(.apiKey("relayer-key-0123456789")) == "Bearer relayer-key-0123456789")
        #expect(header(.basic(user: "relayer", password: "password-123")) == "Basic cmVsYXllcjpwYXNzd29yZC0xMjM=")
    }

    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func encodesAsInRFC4648(text: String, encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
    }

    @Test(arguments: ["http://h:1234", "http://h:1234/", "http://h:1234/api/v1", "http://h:1234/api/v1//"])
    func addsThePathOfTheInterfaceOnce(url: String) {
        #expect(BacalhauEndpoint(url: url).address("/x") == "http://h:1234/api/v1/x")
    }

    @Test func showsNoSecrets() async {
        let endpoint = BacalhauEndpoint(url: "http://user:secret@h:1234", authentication: .apiKey("secret-key"))
        let client = BacalhauClient(transport: ScriptedTransport(.failure(.timedOut)), endpoint: endpoint)
        let error = await #expect(throws: BacalhauError.self) { try await client.version() }
        #expect(error.map { "\($0)".contains("secret") } == false)
    }

    /// A proxy may quote what it was sent, and a refusal's words go as far as the chain.
    @Test(arguments: [400, 403, 500]) func takesItsSecretsOutOfTheServersWords(status: Int) async throws {
        let text = #"{"Status":\#(status),"Message":"bad header Authorization: Bearer secret-key","Code":"secret-key"}"#
        let transport = ScriptedTransport(.answer(status, text), .answer(status, text))
        let endpoint = BacalhauEndpoint(url: "http://h:1234", authentication: .apiKey("secret-key"))
        let client = BacalhauClient(transport: transport, endpoint: endpoint)
        let submission = try await client.submit(body: [])
        #expect(!"\(submission)".contains("secret") && "\(submission)".contains("bad header"))
        let error = await #expect(throws: BacalhauError.self) { try await client.version() }
        #expect(error.map { "\($0)".contains("secret") || !"\($0)".contains("bad header") } == false)
    }
}
