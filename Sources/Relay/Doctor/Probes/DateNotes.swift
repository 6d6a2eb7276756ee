internal import Synchronization
internal import Transport

/// Notes what time servers say it is, from the field `Date` of their answers (RFC 9110 §6.6.1).
final class DateNotes: HTTPTransport {
    private let base: any HTTPTransport
    private let time: any TimeSource
    private let offset = Mutex<Int64?>(nil)

    init(_ base: any HTTPTransport, time: any TimeSource) {
        self.base = base
        self.time = time
    }

    /// The server's clock less ours, in milliseconds, give or take a second: of the newest answer that told.
    var seen: Int64? { offset.withLock { $0 } }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let sent = time.now()
        let response = try await base.send(request)
        if let date = response.header("Date").flatMap(HTTPDate.seconds) {
            // The server's second began at its date, and it wrote it somewhere between the two of ours.
            let middle = sent + (time.now() - sent) / 2
            offset.withLock { $0 = date * 1_000 + 500 - middle }
        }
        return response
    }
}
