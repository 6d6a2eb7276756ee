import JSON
import Synchronization
package import Transport

/// One node's JSON-RPC, typed.
///
/// Nothing is retried here: who calls knows whether a repeat is safe.
package struct EthereumClient: Sendable {
    /// May hold keys: people are shown `maskedEndpoint`.
    package let endpoint: EthereumEndpoint
    /// The node's URL as it may be shown.
    package var maskedEndpoint: String { mask.url }

    private let transport: any HTTPTransport
    private let time: any TimeSource
    private let ids = RequestIDs()
    private let mask: SecretMask
    private let totalTimeout: Duration

    /// - Parameters:
    ///   - transport: what sends the requests.
    ///   - endpoint: the node.
    ///   - totalTimeout: from a call to the last byte of its answer.
    ///   - time: needed for a `Retry-After` that names a date.
    package init(
        transport: any HTTPTransport,
        endpoint: EthereumEndpoint,
        totalTimeout: Duration = .seconds(20),
        time: any TimeSource = SystemTime()
    ) {
        self.transport = transport
        self.endpoint = endpoint
        self.totalTimeout = totalTimeout
        self.time = time
        mask = SecretMask(url: endpoint.url, headers: endpoint.headers)
    }

    /// Makes one call, whose `read` reads the member `result`; an answer of more than `answerLimit` decoded bytes throws.
    func call<Value>(
        _ method: String,
        _ parameters: RPCParameter...,
        answerLimit: Int = 4 << 20,
        read: (inout JSONReader) throws -> Value
    ) async throws(RPCError) -> Value {
        let id = ids.next()
        let response: HTTPResponse
        do {
            response = try await transport.send(request(method, id, parameters, answerLimit))
        } catch {
            throw failure(method, .transport(error))
        }
        return try answer(of: method, id, response, read)
    }

    private func request(
        _ method: String,
        _ id: UInt64,
        _ parameters: [RPCParameter],
        _ answerLimit: Int
    ) -> HTTPRequest {
        var writer = JSONWriter()
        writer.object { object in
            object.member("jsonrpc", "2.0")
            object.member("id", id)
            object.member("method", method)
            object.member("params") { $0.array { for parameter in parameters { parameter.write(to: &$0) } } }
        }
        return HTTPRequest(
            .post,
            endpoint.url,
            headers: [.init("Content-Type", "application/json"), .init("Accept", "application/json")]
                + endpoint.headers,
            body: writer.bytes,
            totalTimeout: totalTimeout,
            bodyLimit: answerLimit
        )
    }

    private func answer<Value>(
        of method: String,
        _ id: UInt64,
        _ response: HTTPResponse,
        _ read: (inout JSONReader) throws -> Value
    ) throws(RPCError) -> Value {
        let isSuccess = (200..<300).contains(response.status)
        let retryAfter = isSuccess ? nil : response.retryAfter(now: time.now())
        do {
            switch try Envelope.read(response.body, id: id, read) {
            case .result(let value) where isSuccess:
                return value
            case .result:
                throw failure(method, .http(status: response.status, excerpt: ""), retryAfter)
            case .error(let code, let message, let data):
                // Whatever the status: some servers send their refusals with 4xx or 5xx.
                throw failure(method, .server(code: code, message: mask.clean(message), data: data), retryAfter)
            }
        } catch let error as RPCError {
            throw error
        } catch {
            guard isSuccess else { throw failure(method, httpFailure(response), retryAfter) }
            throw failure(method, .malformed(mask.clean("\(error)")))
        }
    }

    private func httpFailure(_ response: HTTPResponse) -> RPCError.Kind {
        let excerpt = String(decoding: response.body.prefix(1024), as: UTF8.self)
        return .http(status: response.status, excerpt: mask.clean(excerpt, limit: 256))
    }

    private func failure(_ method: String, _ kind: RPCError.Kind, _ retryAfter: Duration? = nil) -> RPCError {
        var kind = kind
        // libcurl's words may name a URL or a host.
        if case .transport(let error) = kind { kind = .transport(error.cleaned(by: mask)) }
        return RPCError(method: method, endpoint: mask.url, kind: kind, retryAfter: retryAfter)
    }
}

/// Numbers for requests, from 1; an answer with another number is not ours.
private final class RequestIDs: Sendable {
    private let last = Atomic<UInt64>(0)

    func next() -> UInt64 { last.wrappingAdd(1, ordering: .relaxed).newValue }
}
