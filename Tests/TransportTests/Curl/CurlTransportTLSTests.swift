import Testing
import Transport

@Suite(.timeLimit(.minutes(1)))
struct CurlTransportTLSTests {
    private static let sharedCertificates = Task { try await TestCertificates() }

    private let certificates: TestCertificates
    private let server: TestServer

    init() async throws {
        certificates = try await Self.sharedCertificates.value
        server = try await TestServer("http_server.py", ["--tls", certificates.certificate, certificates.key])
    }

    private func get(_ url: String, trusting file: String?, proxy: String = "") async throws -> HTTPResponse {
        var options = CurlTransportOptions()
        options.proxy = proxy
        options.certificateFile = file
        return try await CurlTransport(options).send(HTTPRequest(.get, url))
    }

    @Test(arguments: ["localhost", "127.0.0.1"])
    func acceptsATrustedCertificate(host: String) async throws {
        let answer = try await get("https://\(host):\(server.port)/echo", trusting: certificates.authority)
        #expect(answer.status == 200)
    }

    @Test
    func refusesAnUntrustedCertificateBeforeItSendsAnything() async throws {
        let url = "https://localhost:\(server.port)/echo"
        let error = try #require(await #expect(throws: HTTPError.self) { try await get(url, trusting: nil) })

        #expect(error.kind == "connectFailed")
        #expect(!error.outcomeUnknown)
    }

    @Test
    func refusesACertificateOfAnotherName() async throws {
        let url = "https://127.0.0.2:\(server.port)/echo"
        let error = try #require(
            await #expect(throws: HTTPError.self) { try await get(url, trusting: certificates.authority) }
        )
        #expect(!error.outcomeUnknown)
    }

    @Test
    func anAuthorityFileThatIsMissingIsNoConnection() async throws {
        let url = "https://localhost:\(server.port)/echo"
        let error = try #require(await #expect(throws: HTTPError.self) { try await get(url, trusting: "/nowhere.pem") })
        #expect(!error.outcomeUnknown)
    }

    @Test
    func goesThroughAProxyByCONNECT() async throws {
        let proxy = try await TestServer("http_server.py", ["--proxy"])
        let url = "https://localhost:\(server.port)/echo"
        let answer = try await get(url, trusting: certificates.authority, proxy: proxy.url)

        #expect(answer.status == 200)
        #expect(answer.header("X-Proxy") == nil)
    }

    @Test
    func aProxyThatRefusesIsKnownToHaveDoneNothing() async throws {
        let proxy = try await TestServer("http_server.py", ["--proxy"])
        let error = try #require(
            await #expect(throws: HTTPError.self) {
                try await get("https://elsewhere.invalid/", trusting: nil, proxy: proxy.url)
            }
        )
        #expect(error.kind == "connectFailed")
    }

    @Test
    func sendsPlainRequestsToTheProxyItself() async throws {
        let proxy = try await TestServer("http_server.py", ["--proxy"])
        let answer = try await get("http://elsewhere.invalid/a", trusting: nil, proxy: proxy.url)
        #expect(answer.body == Array("proxied GET http://elsewhere.invalid/a".utf8))
    }
}
