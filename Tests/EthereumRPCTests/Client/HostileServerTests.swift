import EthereumRPC
import RelayTestSupport
import Testing
import Transport

/// Whatever a server sends, over real sockets: an error that names the node without its key, and no more memory or time
/// than is allowed.
@Suite(.timeLimit(.minutes(1)))
struct HostileServerTests {
    /// One for the whole suite; it ends with this process.
    private static let server = Task { () throws -> (process: ChildProcess, port: String) in
        let script = "\(PackageRoot.path)/Tests/TransportTests/Servers/http_server.py"
        let process = try await ChildProcess.start(try PackageRoot.python(), [script])
        return (process, try await process.firstLine())
    }

    private let transport: CurlTransport
    private let port: String

    init() async throws {
        port = try await Self.server.value.port
        var options = CurlTransportOptions()
        options.proxy = ""
        transport = try CurlTransport(options)
    }

    private func client(_ path: String, timeout: Duration = .seconds(50)) -> EthereumClient {
        EthereumClient(
            transport: transport,
            endpoint: EthereumEndpoint("http://someone:password1@127.0.0.1:\(port)/\(path)"),
            totalTimeout: timeout
        )
    }

    private func error(_ path: String, timeout: Duration = .seconds(50)) async -> RPCError? {
        let client = client(path, timeout: timeout)
        let errors = [
            await #expect(throws: RPCError.self) { try await client.chainID() },
            await #expect(throws: RPCError.self) {
                try await client.logs(LogFilter(addresses: [], topics: [], from: 1, to: 2), thenHeaderAt: 2)
            },
        ]
        for error in errors {
            #expect(error?.description.contains("127.0.0.1:\(port)") == true)
            #expect(error?.description.contains("password1") == false)
        }
        return errors[0]
    }

    @Test
    func aBodyOf200MegabytesIsCut() async {
        #expect(await error("size/209715200")?.kind == .transport(.tooLarge(limit: 4 << 20)))
    }

    @Test
    func aBodyWithoutALengthIsCut() async {
        let error = await #expect(throws: RPCError.self) { try await client("chunked/200000").chainID() }
        #expect(error?.kind == .transport(.tooLarge(limit: 4 << 20)))
    }

    @Test
    func aBombIsCut() async {
        #expect(await error("bomb/80")?.kind == .transport(.tooLarge(limit: 4 << 20)))
    }

    @Test
    func aDribbleEndsInTime() async {
        #expect(await error("drip", timeout: .milliseconds(300))?.kind == .transport(.timedOut))
    }

    @Test(arguments: ["half", "announce/100", "close", "reset", "garbage", "badgzip"])
    func aBrokenAnswerIsNone(path: String) async {
        guard case .transport = await error(path)?.kind else {
            Issue.record("\(path) is no error of the way")
            return
        }
    }

    @Test(arguments: [("size/20", "xxxxxxxxxxxxxxxxxxxx"), ("gzip", "unpacked"), ("echo", "{\"method\": \"POST\"")])
    func anAnswerOfAnotherKindIsToldWithItsText(path: String, text: String) async {
        let error = await error(path)
        guard case .malformed(let reason) = error?.kind else {
            Issue.record("\(path): \(String(describing: error))")
            return
        }
        #expect(path == "echo" || reason.contains(text))
    }
}
