import BacalhauAPI
import Ethereum
import EthereumRPC
import FoundationEssentials
import JSON
import Relay
import RelayCore
import RelayTestSupport
import Synchronization
import Transport

/// A chain and an orchestrator in memory, at which a doctor looks by the real clock.
struct Clinic: Sendable {
    let chain: FakeChain
    let bacalhau: FakeBacalhau
    let directory: TemporaryDirectory
    let account = TestAccount(seed: 7)

    init(script: @escaping @Sendable (FakeSubmission) -> FakeJobScript = { _ in .prints("hello\n") }) throws {
        chain = FakeChain(time: SystemTime(), relayers: [account.address])
        bacalhau = FakeBacalhau(time: SystemTime(), script: script)
        directory = try TemporaryDirectory()
    }

    func examine(
        through node: (any HTTPTransport)? = nil,
        url: String = "http://chain.test",
        webSocket: String = "ws://chain.test",
        second: String? = nil,
        connector: (any WebSocketConnector)? = nil,
        files: ResultFiles? = nil,
        fallback: (any HTTPTransport)? = nil,
        runsJob: Bool = false
    ) async -> (Examination, Diagnosis) {
        let options = Relayer.Options(
            chainID: chain.chainID,
            contracts: [Relayer.Contract(address: chain.bridge, startBlock: 0)],
            namespace: "lilypad",
            follow: FollowOptions(settle: FinalityRule(blocks: 2))
        )
        let doctor = Doctor(
            subject: DoctorSubject(
                options: options,
                nodes: [EthereumEndpoint(url, webSocketURL: webSocket)] + (second.map { [EthereumEndpoint($0)] } ?? []),
                account: .seen(account.address),
                database: directory.file("relayer.sqlite"),
                runsJob: runsJob
            ),
            transport: node ?? chain,
            webSocket: connector ?? chain,
            orchestrators: [bacalhau as any HTTPTransport, fallback].compactMap(\.self).enumerated().map {
                place,
                transport in
                let client = BacalhauClient(
                    transport: transport,
                    endpoint: BacalhauEndpoint(url: "http://bacalhau.test")
                )
                return Doctor.Examinee(
                    section: place == 0 ? "bacalhau" : "bacalhau.fallbacks[0]",
                    place: .seen(OrchestratorPlace(client))
                )
            },
            files: files,
            patience: .milliseconds(50)...(.milliseconds(300))
        )
        let seen = await doctor.examine()
        return (seen, Judge(doctor.subject, seen, now: SystemTime().now()).diagnosis)
    }
}

extension TemporaryDirectory {
    var isEmpty: Bool { get throws { try FileManager.default.contentsOfDirectory(atPath: path).isEmpty } }
}

/// A node that has no logs of old blocks.
struct PrunedNode: HTTPTransport {
    let chain: FakeChain
    let oldest: UInt64

    init(_ chain: FakeChain, oldest: UInt64) {
        self.chain = chain
        self.oldest = oldest
    }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let call = request.body.flatMap { try? JSONValue.parse($0) }
        let from = call?["params"]?.array?.first?["fromBlock"]?.string.flatMap { UInt256(hexQuantity: $0)?.asUInt64 }
        guard call?["method"] == "eth_getLogs", let from, from < oldest else { return try await chain.send(request) }
        let answer: JSONValue = [
            "jsonrpc": "2.0", "id": call?["id"] ?? .null,
            "error": ["code": -32_000, "message": "history has been pruned for this block"],
        ]
        return HTTPResponse(status: 200, body: JSONWriter.bytes(of: answer))
    }
}

/// A node that announces a block before it has its logs.
final class LateNode: HTTPTransport {
    private let chain: FakeChain
    private let left: Mutex<Int>

    /// So many questions for all logs of a block are answered with none.
    init(_ chain: FakeChain, emptyAnswers: Int) {
        self.chain = chain
        left = Mutex(emptyAnswers)
    }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let call = request.body.flatMap { try? JSONValue.parse($0) }
        let filter = call?["params"]?.array?.first
        guard call?["method"] == "eth_getLogs", filter?["address"] == nil, isEmpty else {
            return try await chain.send(request)
        }
        let answer: JSONValue = ["jsonrpc": "2.0", "id": call?["id"] ?? .null, "result": []]
        return HTTPResponse(status: 200, body: JSONWriter.bytes(of: answer))
    }

    private var isEmpty: Bool {
        left.withLock { left in
            guard left > 0 else { return false }
            left -= 1
            return true
        }
    }
}

/// A node whose server says what time it is.
struct DatedNode: HTTPTransport {
    let chain: FakeChain
    let date: String

    init(_ chain: FakeChain, date: String) {
        self.chain = chain
        self.date = date
    }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        var response = try await chain.send(request)
        response.headers.append(HTTPRequest.Header("Date", date))
        return response
    }
}

/// Two nodes, told apart by their host.
struct TwoNodes: HTTPTransport {
    let first: any HTTPTransport
    let second: any HTTPTransport

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        try await request.url.contains("//second.test") ? second.send(request) : first.send(request)
    }
}

/// Opens nothing, and names in its reason what it was asked for, as libraries do.
struct RefusingConnector: WebSocketConnector {
    func withConnection(
        to url: String,
        body: @Sendable (any WebSocketConnection) async throws -> Void
    ) async throws {
        throw WebSocketError.connectFailed("cannot open \(url)")
    }
}

/// Answers everything with this status.
struct RefusingNode: HTTPTransport {
    let status: Int

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        HTTPResponse(status: status, body: Array("no".utf8))
    }
}

/// A node at which a contract does not have one of its views.
struct ViewlessNode: HTTPTransport {
    let chain: FakeChain
    let selector: String

    init(_ chain: FakeChain, selector: [UInt8]) {
        self.chain = chain
        self.selector = Hex.encode(selector).replacing("0x", with: "")
    }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let call = request.body.flatMap { try? JSONValue.parse($0) }
        let text = String(decoding: request.body ?? [], as: UTF8.self)
        guard call?["method"] == "eth_call", text.contains(selector) else {
            return try await chain.send(request)
        }
        let answer: JSONValue = [
            "jsonrpc": "2.0", "id": call?["id"] ?? .null, "error": ["code": 3, "message": "execution reverted"],
        ]
        return HTTPResponse(status: 200, body: JSONWriter.bytes(of: answer))
    }
}
