import Ethereum
import JSON
import RelayTestSupport
import Synchronization
import Transport

/// The fake chain's node as a relayer sees one that is in order: it knows which block is final, and its WebSocket takes a
/// subscription to logs, of which there are none.
struct QuietNode: HTTPTransport, WebSocketConnector {
    private let chain: FakeChain
    private let finalBehind: UInt64

    init(_ chain: FakeChain, finalBehind: UInt64) {
        self.chain = chain
        self.finalBehind = finalBehind
    }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let tag = "\"finalized\""
        let text = String(decoding: request.body ?? [], as: UTF8.self)
        guard text.contains(tag) else { return try await chain.send(request) }
        let head = chain.head.number
        let number = "\"0x" + String(head - min(head, finalBehind), radix: 16) + "\""
        var request = request
        request.body = Array(text.replacing(tag, with: number).utf8)
        return try await chain.send(request)
    }

    func withConnection(
        to url: String,
        body: @Sendable (any WebSocketConnection) async throws -> Void
    ) async throws {
        try await chain.withConnection(to: url) { connection in try await body(QuietSocket(connection)) }
    }
}

/// Says yes to a subscription to logs, and lends the chain's socket for all else.
private final class QuietSocket: WebSocketConnection {
    private let heads: any WebSocketConnection
    private let answers = Mutex<[[UInt8]]>([])

    init(_ heads: any WebSocketConnection) {
        self.heads = heads
    }

    func send(_ text: String) throws {
        let message = try JSONValue.parse(Array(text.utf8))
        guard message["params"]?.array?.first == "logs" else { return try heads.send(text) }
        let answer: JSONValue = ["jsonrpc": "2.0", "id": message["id"] ?? .null, "result": "0x1095"]
        answers.withLock { $0.append(JSONWriter.bytes(of: answer)) }
    }

    func next() async throws -> WebSocketMessage {
        let answer = answers.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        if let answer { return .text(answer) }
        return try await heads.next()
    }
}
