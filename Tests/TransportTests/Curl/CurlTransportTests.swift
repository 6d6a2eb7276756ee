import Testing
import Transport

@Suite(.timeLimit(.minutes(1)))
struct CurlTransportTests {
    private let server: TestServer
    private let transport: CurlTransport

    init() throws {
        server = try TestServer("http_server.py")
        var options = CurlTransportOptions()
        options.proxy = ""
        transport = try CurlTransport(options)
    }

    private func get(_ path: String, limit: Int = 1 << 20) async throws -> HTTPResponse {
        try await transport.send(HTTPRequest(.get, server.url + path, totalTimeout: .seconds(30), bodyLimit: limit))
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
}
