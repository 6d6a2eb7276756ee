import JSON
import Transport

/// What happens on the way to a node before it is asked for a range of logs.
struct LogsWire: HTTPTransport {
    let inner: any HTTPTransport
    /// Told the first block of the range.
    let before: @Sendable (UInt64) async throws(HTTPError) -> Void

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        if let body = request.body, let message = try? JSONValue.parse(body) {
            for call in message.array ?? [message] {
                if let block = Self.firstBlock(of: call) { try await before(block) }
            }
        }
        return try await inner.send(request)
    }

    private static func firstBlock(of call: JSONValue) -> UInt64? {
        guard call["method"]?.string == "eth_getLogs" else { return nil }
        return call["params"]?.array?.first?["fromBlock"]?.string.flatMap { UInt64($0.dropFirst(2), radix: 16) }
    }
}
