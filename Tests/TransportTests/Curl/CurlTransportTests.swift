import Testing
import Transport

@Suite(.timeLimit(.minutes(1)))
struct CurlTransportTests {
    /// One for the whole suite; it ends with this process.
    private static let sharedServer = Task { try await TestServer("http_server.py") }

    private let server: TestServer
    private let transport: CurlTransport

    init() async throws {
        server = try await Self.sharedServer.value
        var options = CurlTransportOptions()
        options.proxy = ""
        transport = try CurlTransport(options)
    }

    private func get(_ path: String, limit: Int = 1 << 20) async throws -> HTTPResponse {
        let request = HTTPRequest(
            .get,
            server.url + path,
            totalTimeout: .seconds(50),
            connectTimeout: .seconds(50),
            bodyLimit: limit
        )
        return try await transport.send(request)
    }

    // MARK: What is sent

    @Test
    func sendsMethodHeadersAndBodyAsGiven() async throws {
        let body = Array("a\0b".utf8)
        let headers: [HTTPRequest.Header] = [.init("Content-Type", "application/json"), .init("X-Empty", "")]
        for method in [HTTPRequest.Method.post, .put] {
            let request = HTTPRequest(method, server.url + "/echo/a?b=c", headers: headers, body: body)
            let answer = try await transport.send(request)
            let text = String(decoding: answer.body, as: UTF8.self)

            #expect(answer.status == 200)
            #expect(text.contains(#""method": "\#(method.rawValue)", "target": "/echo/a?b=c""#))
            #expect(text.contains(#"["content-type", "application/json"]"#))
            #expect(text.contains(#"["x-empty", ""]"#))
            #expect(text.contains(#"["content-length", "3"]"#))
            #expect(text.contains(#"["user-agent", "lilypad-relayer"]"#))
            #expect(text.contains(#""body": "610062""#))
            #expect(!text.contains("expect"))
            #expect(!text.contains("chunked"))
        }
    }

    @Test
    func refusesHeadersThatBreakTheRequestApart() async {
        let bad: [HTTPRequest.Header] = [
            .init("X", "a\r\nInjected: b"), .init("X\r\nY", "b"), .init("", "b"), .init("X:Y", "b"), .init("X", "\0"),
        ]
        for header in bad {
            await #expect(throws: HTTPError.self) {
                try await transport.send(HTTPRequest(.get, server.url + "/echo", headers: [header]))
            }
        }
    }

    @Test(arguments: [
        "file:///etc/passwd", "ftp://127.0.0.1/", "http://", "nonsense", "http://127.0.0.1:99999/", "http://a b/", "",
        "http://127.0.0.1/\0/", "gopher://127.0.0.1/",
    ])
    func refusesURLsThatAreNoneOfHTTP(url: String) async throws {
        let error = await #expect(throws: HTTPError.self) { try await transport.send(HTTPRequest(.get, url)) }
        #expect(try #require(error).kind == "badRequest")
    }

    // MARK: What comes back

    @Test
    func keepsStatusHeadersAndBody() async throws {
        let answer = try await get("/status/429")

        #expect(answer.status == 429)
        #expect(answer.header("retry-after") == "7")
        #expect(answer.body == Array("refused".utf8))
    }

    @Test
    func followsNoRedirect() async throws {
        #expect(try await get("/status/302").status == 302)
    }

    @Test
    func skipsInformationalHeads() async throws {
        let answer = try await get("/early")

        #expect(answer.body == Array("real".utf8))
        #expect(answer.header("X-Early") == nil)
    }

    @Test
    func unpacksGzipAndChunks() async throws {
        #expect(try await get("/gzip").body == Array("unpacked".utf8))
        #expect(try await get("/chunked/5").body == Array(repeating: UInt8(ascii: "y"), count: 5 * 1024))
    }

    @Test
    func usesAConnectionAgain() async throws {
        let first = try await connectionNumber()
        for _ in 0..<5 { #expect(try await connectionNumber() == first) }
    }

    @Test
    func servesManyAtOnceOverFewConnections() async throws {
        var connections: Set<Int> = []
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<300 { group.addTask { try await connectionNumber() } }
            for try await number in group { connections.insert(number) }
        }
        #expect((1...64).contains(connections.count))
    }

    private func connectionNumber() async throws -> Int {
        let text = String(decoding: try await get("/echo").body, as: UTF8.self)
        return try #require(text.split(separator: " ").last.flatMap { Int($0.dropLast()) })
    }

    // MARK: Limits

    @Test(arguments: ["/size/1000001", "/chunked/2000", "/bomb/64"])
    func stopsABodyAboveTheLimit(path: String) async {
        await #expect(throws: HTTPError.tooLarge(limit: 1_000_000)) { try await get(path, limit: 1_000_000) }
    }

    @Test
    func takesABodyOfExactlyTheLimit() async throws {
        #expect(try await get("/size/1000000", limit: 1_000_000).body.count == 1_000_000)
    }

    @Test
    func makesRoomOnceForAnAnnouncedBody() async throws {
        let body = try await get("/size/600000").body
        // Growing by doubling ends near a million.
        #expect(body.count == 600_000 && body.capacity < 700_000)
    }

    @Test(arguments: ["1000000000000", "9223372036854775807"])
    func makesNoRoomForALengthAboveTheLimit(length: String) async throws {
        let error = await #expect(throws: HTTPError.self) { try await get("/announce/\(length)") }
        if case .broken = error {} else { Issue.record("\(String(describing: error))") }
    }

    @Test
    func stopsAnEndlessHead() async throws {
        let error = await #expect(throws: HTTPError.self) { try await get("/longhead") }
        #expect(error == .broken("the answer's head has more than 262144 bytes"))
    }

    @Test(arguments: ["/mute", "/drip"])
    func givesUpAfterTheTotalTimeout(path: String) async {
        let request = HTTPRequest(.get, server.url + path, totalTimeout: .seconds(2))
        await #expect(throws: HTTPError.timedOut) { try await transport.send(request) }
    }

    @Test
    func cancelsAtOnceAndGoesOn() async throws {
        let tasks = (0..<100).map { _ in Task { try await get("/mute") } }
        _ = try await get("/echo")
        for task in tasks { task.cancel() }
        for task in tasks {
            await #expect(throws: HTTPError.cancelled) { try await task.value }
        }
        #expect(try await get("/echo").status == 200)
    }

    @Test
    func sendsNothingForATaskThatIsCancelledAlready() async {
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await get("/echo")
        }
        task.cancel()
        await #expect(throws: HTTPError.cancelled) { try await task.value }
    }

    // MARK: What breaks

    @Test(arguments: ["/reset", "/close", "/half"])
    func breakageAfterTheRequestLeavesTheOutcomeUnknown(path: String) async throws {
        let request = HTTPRequest(.post, server.url + path, body: [1, 2, 3])
        let error = try #require(await #expect(throws: HTTPError.self) { try await transport.send(request) })

        #expect(error.kind == "broken")
        #expect(error.outcomeUnknown)
    }

    @Test(arguments: ["/garbage", "/badgzip"])
    func anAnswerThatIsNoHTTPIsBreakage(path: String) async throws {
        let error = try #require(await #expect(throws: HTTPError.self) { try await get(path) })
        #expect(error.kind == "broken")
    }

    @Test
    func aRefusedConnectionIsKnownToHaveDoneNothing() async throws {
        let closed = try await TestServer("http_server.py")
        let url = closed.url
        await closed.stop()
        let error = try #require(await #expect(throws: HTTPError.self) { try await transport.send(.init(.get, url)) })

        #expect(error.kind == "connectFailed")
        #expect(!error.outcomeUnknown)
    }

    @Test
    func anUnknownHostIsKnownToHaveDoneNothing() async throws {
        let request = HTTPRequest(.get, "http://no-such-host.invalid/")
        let error = try #require(await #expect(throws: HTTPError.self) { try await transport.send(request) })
        #expect(!error.outcomeUnknown)
    }

    @Test
    func sendsAgainOverANewConnectionWhenAKeptOneIsDead() async throws {
        let first = try await get("/reset-once")
        let second = try await get("/reset-once")

        #expect(first.status == 200 && second.status == 200)
        #expect(first.body != second.body)
    }

    // MARK: The end

    @Test
    func shutDownEndsWhatIsInFlightAndRefusesTheRest() async throws {
        let task = Task { try await get("/mute") }
        _ = try await get("/echo")
        await transport.shutDown()

        await #expect(throws: HTTPError.shutDown) { try await task.value }
        await #expect(throws: HTTPError.shutDown) { try await get("/echo") }
    }

    @Test
    func canBeShutDownTwice() async throws {
        await transport.shutDown()
        await transport.shutDown()
        await #expect(throws: HTTPError.shutDown) { try await get("/echo") }
    }
}
