import JSON
import Synchronization
import Transport

/// Answers each request by a closure, and keeps what was asked.
final class ScriptedTransport: HTTPTransport {
    typealias Answer = @Sendable (JSONValue) throws(HTTPError) -> HTTPResponse

    private let answer: Answer
    private let asked = Mutex<[HTTPRequest]>([])

    init(_ answer: @escaping Answer) {
        self.answer = answer
    }

    /// Answers with these bodies in turn, then with the last one again.
    convenience init(bodies: [String], status: Int = 200, headers: [HTTPRequest.Header] = []) {
        let turn = Turn()
        self.init { _ throws(HTTPError) in
            let index = min(turn.next(), bodies.count - 1)
            return HTTPResponse(status: status, headers: headers, body: Array(bodies[index].utf8))
        }
    }

    var requests: [HTTPRequest] { asked.withLock { $0 } }

    /// The bodies that were sent.
    var bodies: [String] { requests.map { String(decoding: $0.body ?? [], as: UTF8.self) } }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        asked.withLock { $0.append(request) }
        return try answer((try? JSONValue.parse(request.body ?? [])) ?? .null)
    }
}

/// Counts from 0.
private final class Turn: Sendable {
    private let count = Atomic<Int>(0)

    func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).oldValue }
}

extension HTTPResponse {
    /// A result for this request.
    static func result(_ result: JSONValue, to request: JSONValue) -> HTTPResponse {
        answer(to: request, "result", result)
    }

    /// A refusal of this request.
    static func refusal(_ code: Int, _ message: String, to request: JSONValue) -> HTTPResponse {
        answer(to: request, "error", ["code": .number(JSONNumber(code)), "message": .string(message)])
    }

    private static func answer(to request: JSONValue, _ name: String, _ value: JSONValue) -> HTTPResponse {
        let members = [JSONMember("jsonrpc", "2.0"), JSONMember("id", request["id"] ?? .null), JSONMember(name, value)]
        return HTTPResponse(status: 200, body: JSONWriter.bytes(of: .object(members)))
    }
}
