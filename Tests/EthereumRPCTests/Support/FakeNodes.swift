import Ethereum
import JSON
import RelayTestSupport
import Synchronization
import Transport

/// Nodes at `http://a`, `http://b` and so on, each with a chain and a trouble of its own; keeps who was asked what.
final class FakeNodes: HTTPTransport {
    /// What a node answers to everything.
    enum Trouble: Sendable {
        case failure(HTTPError)
        case status(Int, retryAfter: Int? = nil)
        case refusal(Int, String)
        /// To this method only; or to all of a batch that holds it.
        case refusalOf(String, Int, String, ofTheWhole: Bool = false)
        /// Nothing, until the request is cancelled.
        case silence
    }

    struct Node: Sendable {
        var chainID: UInt64 = 7
        var genesis: UInt64 = 100
        /// Hash of block 10.
        var anchor: UInt64 = 110
        var head: UInt64 = 20
        var takesBatches = true
        var trouble: Trouble?
    }

    struct Call: Sendable, Equatable, CustomStringConvertible {
        let node: String
        let method: String

        var description: String { "\(node) \(method)" }
    }

    private struct State {
        var nodes: [String: Node] = [:]
        var calls: [Call] = []
    }

    private let state = Mutex(State())

    /// A node is known by the host of its URL.
    subscript(node: String) -> Node {
        get { state.withLock { $0.nodes[node] ?? Node() } }
        set { state.withLock { $0.nodes[node] = newValue } }
    }

    /// Who was asked what since this was read last.
    func takeCalls() -> [String] {
        state.withLock { state in
            defer { state.calls = [] }
            return state.calls.map(\.description)
        }
    }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let name = String(request.url.dropFirst("http://".count).prefix { $0 != "/" && $0 != ":" })
        let body = (try? JSONValue.parse(request.body ?? [])) ?? .null
        let requests = body.array ?? [body]
        let method = requests.map { $0["method"]?.string ?? "" }.joined(separator: "+")
        state.withLock { $0.calls.append(Call(node: name, method: method)) }
        let node = self[name]
        switch node.trouble {
        case .failure(let error): throw error
        case .status(let status, let retryAfter):
            let headers = retryAfter.map { [HTTPRequest.Header("Retry-After", "\($0)")] } ?? []
            return HTTPResponse(status: status, headers: headers, body: Array("<html>\(request.url)".utf8))
        case .refusal(let code, let message): return .refusal(code, message, to: body)
        case .silence:
            try? await Task.sleep(for: .seconds(3600))
            throw .cancelled
        case .refusalOf, nil:
            guard body.array != nil else { return node.answer(body) }
            guard node.takesBatches else { return .refusal(-32600, "invalid request", to: body) }
            if case .refusalOf(_, let code, let message, ofTheWhole: true)? = node.trouble {
                return .refusal(code, message, to: body)
            }
            let answers = try? requests.map { try JSONValue.parse(node.answer($0).body) }
            return HTTPResponse(status: 200, body: JSONWriter.bytes(of: .array(answers ?? [])))
        }
    }
}

extension FakeNodes.Node {
    fileprivate func answer(_ body: JSONValue) -> HTTPResponse {
        let parameters = body["params"]?.array ?? []
        if case .refusalOf(let refused, let code, let message, _)? = trouble, refused == body["method"]?.string {
            return .refusal(code, message, to: body)
        }
        switch body["method"]?.string {
        case "eth_chainId": return .result(hex(chainID), to: body)
        case "eth_blockNumber": return .result(hex(head), to: body)
        case "eth_getBlockByNumber":
            switch parameters.first?.string {
            case "0x0": return .result(block(0, genesis), to: body)
            case "0xa" where head >= 10: return .result(block(10, anchor), to: body)
            default: return .result(.null, to: body)
            }
        case "eth_sendRawTransaction":
            let bytes = Hex.decode(parameters.first?.string ?? "") ?? []
            return .result(.string(keccak256(bytes).hex), to: body)
        default: return .refusal(-32601, "the method does not exist", to: body)
        }
    }

    private func block(_ number: UInt64, _ hash: UInt64) -> JSONValue {
        [
            "number": hex(number), "hash": .string(UInt256(hash).asHash32.hex), "parentHash": .string(Hash32.zero.hex),
            "timestamp": "0x1", "gasLimit": "0x1", "gasUsed": "0x0",
        ]
    }

    private func hex(_ number: UInt64) -> JSONValue { .string("0x" + String(number, radix: 16)) }
}
