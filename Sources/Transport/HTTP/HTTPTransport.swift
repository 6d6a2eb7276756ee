/// One of the three seams for tests (the others: `WebSocketConnector` and `TimeSource`): sends one request, returns its
/// whole answer.
///
/// An answer of any status is an answer; only the lack of one throws. Cancelling the task cancels the transfer.
package protocol HTTPTransport: Sendable {
    /// Waits for the whole answer, its body included.
    ///
    /// Where it throws, `HTTPError.outcomeUnknown` says whether a repeat could have its effect twice.
    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse
}

/// A request with its limits.
package struct HTTPRequest: Sendable, Equatable {
    /// Those that this program uses (RFC 9110 §9.3).
    package enum Method: String, Sendable {
        case get = "GET"
        case put = "PUT"
        case post = "POST"
        case delete = "DELETE"
    }

    /// A field of a request's or an answer's head (RFC 9110 §6.3).
    ///
    /// A request with a name or a value that would break its head apart is not sent: `.badRequest`.
    package struct Header: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package var method: Method
    /// `http:` or `https:`; may hold credentials, so it is never printed as it is (see `maskedURL`).
    package var url: String
    /// Beside those that the client adds itself.
    package var headers: [Header]
    /// `nil`: none with GET and DELETE, an empty one with PUT and POST.
    package var body: [UInt8]?
    /// From the call to the last byte of the answer.
    package var totalTimeout: Duration
    /// Name lookup, TCP and TLS together, and before them the wait for one of the host's connections to be free.
    package var connectTimeout: Duration
    /// Decoded bytes of the body; one more ends the transfer with `.tooLarge`.
    package var bodyLimit: Int

    package init(
        _ method: Method,
        _ url: String,
        headers: [Header] = [],
        body: [UInt8]? = nil,
        totalTimeout: Duration = .seconds(10),
        connectTimeout: Duration = .seconds(5),
        bodyLimit: Int = 16 << 20
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.totalTimeout = totalTimeout
        self.connectTimeout = connectTimeout
        self.bodyLimit = bodyLimit
    }
}

/// A whole answer.
package struct HTTPResponse: Sendable, Equatable {
    /// Of the last head: neither an interim one (1xx) nor what a proxy answers to CONNECT.
    package var status: Int
    /// Of that head, in its order; the same name may come twice.
    package var headers: [HTTPRequest.Header]
    /// Decoded, where the server compressed it.
    package var body: [UInt8]

    package init(status: Int, headers: [HTTPRequest.Header] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first header of this name (names compare without case, RFC 9110 §5.1).
    package func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// Why there is no answer.
package enum HTTPError: Error, Sendable, Equatable {
    /// The task was cancelled; the server may have seen the request.
    case cancelled
    /// No connection: name lookup, TCP, proxy or TLS, in libcurl's words. The server has not seen the request.
    case connectFailed(String)
    /// The connection took longer than `connectTimeout`. The server has not seen the request.
    case connectTimedOut
    /// The answer took longer than `totalTimeout`.
    case timedOut
    /// The body has more than `limit` bytes.
    case tooLarge(limit: Int)
    /// The connection broke after the request was (partly) sent, in libcurl's words.
    case broken(String)
    /// The request itself is unusable (a bad URL, a scheme that is not allowed).
    case badRequest(String)
    /// The client has been shut down.
    case shutDown

    /// Whether the server may have seen the request, so that its effect is unknown.
    package var outcomeUnknown: Bool {
        switch self {
        case .connectFailed, .connectTimedOut, .badRequest: false
        case .cancelled, .timedOut, .tooLarge, .broken, .shutDown: true
        }
    }
}
