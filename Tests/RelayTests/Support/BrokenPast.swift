import JSON
import RelayTestSupport
import Transport

/// Times out for each range of logs that begins below a block.
struct BrokenPast: HTTPTransport {
    private let inner: any HTTPTransport
    private let block: UInt64

    init(_ inner: any HTTPTransport, below block: UInt64) {
        self.inner = inner
        self.block = block
    }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        if let body = request.body, let message = try? JSONValue.parse(body),
            (message.array ?? [message]).contains(where: isOld)
        {
            throw .timedOut
        }
        return try await inner.send(request)
    }

    private func isOld(_ call: JSONValue) -> Bool {
        guard call["method"]?.string == "eth_getLogs",
            let first = call["params"]?.array?.first?["fromBlock"]?.string.flatMap({
                UInt64($0.dropFirst(2), radix: 16)
            })
        else { return false }
        return first < block
    }
}
