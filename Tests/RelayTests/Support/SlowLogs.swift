import RelayTestSupport
import Transport

/// Lets each range of logs take a second.
struct SlowLogs: HTTPTransport {
    private let inner: any HTTPTransport
    private let time: ManualTime

    init(_ inner: any HTTPTransport, _ time: ManualTime) {
        self.inner = inner
        self.time = time
    }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        if String(decoding: (request.body ?? []).prefix(200), as: UTF8.self).contains("eth_getLogs") {
            do { try await time.sleep(for: .seconds(1)) } catch { throw .cancelled }
        }
        return try await inner.send(request)
    }
}
