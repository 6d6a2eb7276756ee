import FoundationEssentials
import RelayTestSupport
import Synchronization
import Testing
import Transport

@Suite(.timeLimit(.minutes(1)))
struct CurlWebSocketConnectorTests {
    /// A plain server, one with TLS and its authority, and a proxy: for the whole suite, ended with this process.
    private struct Servers: Sendable {
        let plain: TestServer
        let secure: TestServer
        let proxy: TestServer
        let certificates: TestCertificates

        init() async throws {
            certificates = try await TestCertificates()
            plain = try await TestServer("websocket_server.py")
            secure = try await TestServer(
                "websocket_server.py",
                ["--tls", certificates.certificate, certificates.key]
            )
            proxy = try await TestServer("websocket_server.py", ["--proxy"])
        }
    }

    private static let sharedServers = Task { try await Servers() }

    private let servers: Servers
    private var configuration = WebSocketConfiguration()
    private var plain: String { "ws://127.0.0.1:\(servers.plain.port)" }
    private var secure: String { "wss://localhost:\(servers.secure.port)" }

    init() async throws {
        servers = try await Self.sharedServers.value
        configuration.proxy = ""
        configuration.certificateFile = servers.certificates.authority
        configuration.messageLimit = 1_000_000
        configuration.openTimeout = .seconds(30)
        configuration.pingInterval = .seconds(40)
    }

    /// Opens a connection, says `texts`, and returns the first messages that come.
    private func talk(
        _ url: String,
        saying texts: String...,
        hearing count: Int = 1,
        with configuration: WebSocketConfiguration? = nil
    ) async throws -> [String] {
        let heard = Mutex<[String]>([])
        try await CurlWebSocketConnector(configuration ?? self.configuration).withConnection(to: url) { connection in
            for text in texts { try connection.send(text) }
            for _ in 0..<count {
                let message = try await connection.next()
                heard.withLock { $0.append(String(decoding: message.bytes, as: UTF8.self)) }
            }
        }
        return heard.withLock { $0 }
    }

    /// How a connection ends on which nothing more is expected.
    private func end(
        _ url: String,
        saying texts: String...,
        with configuration: WebSocketConfiguration? = nil
    ) async -> WebSocketError? {
        await #expect(throws: WebSocketError.self) {
            try await CurlWebSocketConnector(configuration ?? self.configuration).withConnection(to: url) {
                connection in
                for text in texts { try connection.send(text) }
                while true { _ = try await connection.next() }
            }
        }
    }

    // MARK: Talking

    @Test(arguments: [false, true])
    func carriesMessagesBothWays(withTLS: Bool) async throws {
        let url = withTLS ? secure : plain
        #expect(try await talk(url, saying: "one", "two", hearing: 2) == ["one", "two"])
        #expect(try await talk(url, saying: "length" + String(repeating: "z", count: 300_000)) == ["300006"])
        #expect(try await talk(url, saying: "big900000").first?.utf8.count == 900_000)
        #expect(try await talk(url, saying: "fragments").first?.utf8.count == 300_000)
    }

    @Test(arguments: [
        ("/early", "early"), ("/empty", ""), ("/split-utf8", "é"), ("/ping-between", "hello"), ("/byte-by-byte", "é!"),
    ])
    func readsWhatTheServerPushes(path: String, text: String) async throws {
        #expect(try await talk(plain + path) == [text])
    }

    @Test
    func tellsBinaryFromText() async throws {
        try await CurlWebSocketConnector(configuration).withConnection(to: plain + "/binary") { connection in
            let message = try await connection.next()
            #expect(message == .binary([0xff, 0]))
        }
    }

    @Test
    func answersPings() async throws {
        #expect(try await talk(plain, saying: "ping") == ["pong hello"])
    }

    @Test
    func hundredsOfMessagesAllComeInOrderThroughASmallInbox() async throws {
        var small = configuration
        small.receiveBuffer = 10_000
        let heard = try await talk(plain, saying: "flood3000", hearing: 3000, with: small)
        #expect(heard.map { Int($0.prefix(8)) } == (0..<3000).map { $0 })
    }

    @Test
    func whatCameBeforeAViolationIsHandedOut() async throws {
        #expect(try await talk(plain + "/good-then-bad") == ["good"])
    }

    // MARK: Opening

    @Test
    func sendsCredentialsAndHeaders() async throws {
        var other = configuration
        other.headers = [.init("X-Test", "yes")]
        let url = "ws://user:p%C3%A4%20ss@127.0.0.1:\(servers.plain.port)/auth?x=1#fragment"
        #expect(try await talk(url, saying: "in", with: other) == ["in"])
    }

    @Test(arguments: [200, 401, 403, 429, 500])
    func tellsTheStatusOfARefusal(status: Int) async {
        #expect(await end(plain + "/status/\(status)") == .upgradeRefused(status: status))
    }

    @Test(arguments: [
        ("/wrong-accept", "Sec-WebSocket-Accept"), ("/extension", "sec-websocket-extensions"),
        ("/no-upgrade", "Upgrade"),
        ("/garbage", "no HTTP status line"), ("/long-head", "head too long"), ("/no-answer", "no answer"),
    ])
    func refusesAWrongAnswer(path: String, reason: String) async {
        #expect(await end(plain + path) == .upgradeInvalid(reason))
    }

    @Test
    func givesUpOnAServerThatDoesNotAnswer() async {
        var impatient = configuration
        impatient.openTimeout = .milliseconds(300)
        #expect(await end(plain + "/mute", with: impatient) == .openTimedOut)
        // A plain server never answers a TLS hello that it takes for a head without an end.
        #expect(await end("wss://127.0.0.1:\(servers.plain.port)/", with: impatient) == .openTimedOut)
    }

    @Test(arguments: ["", "nonsense", "http://h/", "ws://", "ftp://h", "ws://h:99999/"])
    func refusesWhatIsNoWebSocketURL(url: String) async {
        #expect(await end(url) == .invalidURL(maskedURL(url)))
    }

    @Test
    func doesNotShowTheSecretsOfABadURL() async {
        #expect(await end("http://user:secret1@h/") == .invalidURL("http://***@h/"))
    }

    @Test
    func refusesAHeaderThatBreaksTheRequestApart() async {
        var other = configuration
        other.headers = [.init("X", "a\r\nY: b")]
        #expect(await end(plain, with: other) == .invalidHeader("X"))
    }

    @Test
    func refusesAnUnknownAuthorityAndAnotherName() async {
        var other = configuration
        other.certificateFile = nil
        for error in [await end(secure, with: other), await end("wss://127.0.0.2:\(servers.secure.port)")] {
            guard case .connectFailed = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
    }

    @Test
    func tellsARefusedConnection() async throws {
        let closed = try await TestServer("websocket_server.py")
        await closed.stop()
        let error = await end("ws://127.0.0.1:\(closed.port)")
        guard case .connectFailed = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [false, true])
    func goesThroughAProxyByCONNECT(withTLS: Bool) async throws {
        var proxied = configuration
        proxied.proxy = servers.proxy.url
        #expect(try await talk(withTLS ? secure : plain, saying: "hi", with: proxied) == ["hi"])
    }

    // MARK: Ending

    @Test(arguments: [
        ("/close-1001", 1001, "going é away"), ("/close-1012", 1012, "service restart"),
        ("/close-1013", 1013, "try again later"), ("/close-4001", 4001, "policy"), ("/close-empty", 1005, ""),
        ("/end", 1006, ""),
    ])
    func tellsWhyTheServerClosed(path: String, code: Int, reason: String) async {
        #expect(await end(plain + path) == .closedByServer(code: code, reason: reason))
    }

    @Test(arguments: [
        ("/masked", 1002), ("/reserved-bit", 1002), ("/long-control", 1002), ("/fragmented-control", 1002),
        ("/bad-opcode", 1002), ("/bare-continuation", 1002), ("/interleaved", 1002), ("/length-63-bits", 1002),
        ("/long-form-of-short", 1002), ("/close-1005", 1002), ("/close-1-byte", 1002), ("/bad-utf8", 1007),
        ("/cut-utf8", 1007), ("/close-bad-utf8", 1007),
    ])
    func endsAConnectionThatBreaksTheProtocol(path: String, code: Int) async {
        #expect(await end(plain + path) == .protocolViolation(code: code))
    }

    @Test(arguments: ["/huge", "/huge-fragments"])
    func refusesMessagesAboveTheLimit(path: String) async {
        #expect(await end(plain + path) == .messageTooLarge)
    }

    @Test(arguments: [false, true])
    func tellsAReset(withTLS: Bool) async {
        let error = await end(withTLS ? secure : plain, saying: "abort")
        switch error {
        case .ioFailed, .closedByServer(1006, _): break
        default: Issue.record("\(String(describing: error))")
        }
    }

    @Test
    func givesUpOnASilentServer() async {
        var impatient = configuration
        impatient.pingInterval = .milliseconds(100)
        impatient.pongTimeout = .milliseconds(100)
        #expect(await end(plain + "/silent", with: impatient) == .silent)
    }

    @Test
    func itsOwnPingsKeepAQuietConnectionOpen() async throws {
        var impatient = configuration
        impatient.pingInterval = .milliseconds(50)
        impatient.pongTimeout = .seconds(20)
        try await CurlWebSocketConnector(impatient).withConnection(to: plain) { connection in
            let task = Task { try await connection.next() }
            try await Task.sleep(for: .milliseconds(400))
            try connection.send("still here")
            #expect(try await task.value == .text(Array("still here".utf8)))
        }
    }

    @Test
    func aServerThatReadsNothingFillsTheSendBufferAndNoMore() async throws {
        var small = configuration
        small.sendBuffer = 100_000
        try await CurlWebSocketConnector(small).withConnection(to: plain + "/silent") { connection in
            let error = #expect(throws: WebSocketError.self) {
                for _ in 0..<100_000 { try connection.send(String(repeating: "z", count: 10_000)) }
            }
            #expect(error == .sendBufferFull)
        }
    }

    @Test
    func pingsWhosePongsAreNotReadDoNotPileUp() async {
        var impatient = configuration
        impatient.sendBuffer = 100_000
        impatient.pingInterval = .milliseconds(500)
        impatient.pongTimeout = .milliseconds(500)
        #expect(await end(plain + "/ping-flood", with: impatient) == .silent)
    }

    @Test
    func saysGoodbyeWhenTheBodyReturns() async throws {
        let path = "/goodbye"
        _ = try await talk(plain + path, saying: "hi")
        let transport = try CurlTransport()
        let answer = try await transport.send(HTTPRequest(.get, servers.plain.url + "/last" + path))
        #expect(String(decoding: answer.body, as: UTF8.self) == "1000")
    }

    @Test
    func passesOnWhatTheBodyThrows() async {
        struct Mine: Error {}
        await #expect(throws: Mine.self) {
            try await CurlWebSocketConnector(configuration).withConnection(to: plain) { _ in throw Mine() }
        }
    }

    @Test
    func aConnectionDoesNotOutliveItsBody() async throws {
        let kept = Mutex<(any WebSocketConnection)?>(nil)
        try await CurlWebSocketConnector(configuration).withConnection(to: plain) { connection in
            kept.withLock { $0 = connection }
        }
        let connection = try #require(kept.withLock { $0 })
        #expect(throws: WebSocketError.closed) { try connection.send("late") }
        await #expect(throws: WebSocketError.closed) { try await connection.next() }
    }

    // MARK: Cancelling

    @Test(arguments: ["/x", "/mute", "TLS"])
    func cancelsInEveryPhase(phase: String) async throws {
        let url = phase == "TLS" ? "wss://127.0.0.1:\(servers.plain.port)" : plain + phase
        for pause in [0, 1, 20] {
            let configuration = configuration
            let task = Task {
                try await CurlWebSocketConnector(configuration).withConnection(to: url) { connection in
                    while true { _ = try await connection.next() }
                }
            }
            try await Task.sleep(for: .milliseconds(pause))
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test
    func aCancelledWaitLosesNothing() async throws {
        try await CurlWebSocketConnector(configuration).withConnection(to: plain) { connection in
            let waiting = Task { try await connection.next() }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            try connection.send("hi")
            #expect(try await connection.next() == .text(Array("hi".utf8)))
        }
    }

    @Test
    func leavesNoThreadBehind() async throws {
        var named = configuration
        named.threadName = "leaves-none"
        for round in 0..<20 {
            if round % 2 == 0 {
                _ = try await talk(plain, saying: "hi", with: named)
            } else {
                _ = await end(plain + "/masked", with: named)
            }
        }
        try await CurlWebSocketConnector(named).withConnection(to: plain) { _ in
            let count = try threads(named: "leaves-none")
            #expect(count >= 1)
        }
        try await eventually("the last thread's end") { try threads(named: "leaves-none") == 0 ? true : nil }
    }

    /// How many threads of this process have this name.
    private func threads(named name: String) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")
            .count { FileManager.default.contents(atPath: "/proc/self/task/\($0)/comm") == Data((name + "\n").utf8) }
    }
}
