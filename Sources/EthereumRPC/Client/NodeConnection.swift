import JSON
import Synchronization
import Transport

/// One node as it is reached: a call and what came of it.
///
/// Nothing is retried here.
struct NodeConnection: Sendable {
    let endpoint: EthereumEndpoint
    let mask: SecretMask
    private let transport: any HTTPTransport
    let time: any TimeSource
    let habits: NodeHabits
    private let ids = RequestIDs()
    private let totalTimeout: Duration

    init(transport: any HTTPTransport, endpoint: EthereumEndpoint, totalTimeout: Duration, time: any TimeSource) {
        self.transport = transport
        self.endpoint = endpoint
        self.totalTimeout = totalTimeout
        self.time = time
        mask = SecretMask(url: endpoint.url, headers: endpoint.headers)
        habits = NodeHabits(time: time)
    }

    /// Makes one call, whose `read` reads the member `result`; an answer of more than `answerLimit` decoded bytes throws.
    func call<Value>(
        _ method: String,
        _ parameters: [RPCParameter],
        answerLimit: Int,
        read: (inout JSONReader) throws -> Value
    ) async throws(RPCError) -> Value {
        let request = RPCCall(id: nextID(), method: method, parameters: parameters)
        var writer = JSONWriter()
        request.write(to: &writer)
        let response = try await send(writer.bytes, method, answerLimit)
        return try answer(of: method, request.id, response, read)
    }

    /// Posts a body; throws what no answer came of.
    func send(_ body: [UInt8], _ method: String, _ answerLimit: Int) async throws(RPCError) -> HTTPResponse {
        do {
            return try await transport.send(
                HTTPRequest(
                    .post,
                    endpoint.url,
                    headers: [.init("Content-Type", "application/json"), .init("Accept", "application/json")]
                        + endpoint.headers,
                    body: body,
                    totalTimeout: totalTimeout,
                    bodyLimit: answerLimit
                )
            )
        } catch {
            throw failure(method, .transport(error))
        }
    }

    func nextID() -> UInt64 { ids.next() }

    private func answer<Value>(
        of method: String,
        _ id: UInt64,
        _ response: HTTPResponse,
        _ read: (inout JSONReader) throws -> Value
    ) throws(RPCError) -> Value {
        let retryAfter = retryAfter(response)
        do {
            switch try Envelope.read(response.body, id: id, read) {
            case .result(let value) where response.isSuccess:
                return value
            case .result:
                throw failure(method, .http(status: response.status, excerpt: ""), retryAfter)
            case .error(let refusal):
                throw self.refusal(refusal, of: method, response)
            }
        } catch let error as RPCError {
            throw error
        } catch {
            throw unreadable(method, response, error)
        }
    }

    /// An answer that is no JSON-RPC, told with its text.
    func unreadable(_ method: String, _ response: HTTPResponse, _ error: any Error) -> RPCError {
        let start = String(decoding: response.body.prefix(1024), as: UTF8.self)
        let excerpt = mask.clean(start, limit: 256)
        guard response.isSuccess else {
            return failure(method, .http(status: response.status, excerpt: excerpt), retryAfter(response))
        }
        // JSON that is no answer says enough of itself.
        let text = error is JSONError && !excerpt.isEmpty ? ", in: \(excerpt)" : ""
        return failure(method, .malformed(mask.clean("\(error)") + text))
    }

    /// The node's own refusal, whatever the status: some servers send theirs with 4xx or 5xx.
    func refusal(_ refusal: Refusal, of method: String, _ response: HTTPResponse) -> RPCError {
        RPCError(
            method: method,
            endpoint: mask.url,
            kind: .server(refusal, mask),
            retryAfter: retryAfter(response),
            status: response.isSuccess ? nil : response.status
        )
    }

    /// What a server asks for that does not answer.
    func retryAfter(_ response: HTTPResponse) -> Duration? {
        response.isSuccess ? nil : response.retryAfter(now: time.now())
    }

    func failure(_ method: String, _ kind: RPCError.Kind, _ retryAfter: Duration? = nil) -> RPCError {
        var kind = kind
        // libcurl's words may name a URL or a host.
        if case .transport(let error) = kind { kind = .transport(error.cleaned(by: mask)) }
        return RPCError(method: method, endpoint: mask.url, kind: kind, retryAfter: retryAfter)
    }
}

extension HTTPResponse {
    var isSuccess: Bool { (200..<300).contains(status) }
}

extension RPCError.Kind {
    /// The node's own refusal, its words cleaned.
    static func server(_ refusal: Refusal, _ mask: SecretMask) -> RPCError.Kind {
        .server(code: refusal.code, message: mask.clean(refusal.message), data: refusal.data)
    }
}

/// Numbers for requests, from 1; an answer with another number is not ours.
private final class RequestIDs: Sendable {
    private let last = Atomic<UInt64>(0)

    func next() -> UInt64 { last.wrappingAdd(1, ordering: .relaxed).newValue }
}
