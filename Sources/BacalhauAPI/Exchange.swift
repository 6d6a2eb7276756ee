internal import Bacalhau
internal import Transport

/// One call as the client describes it: what is sent, and what error messages name.
struct Exchange {
    let method: HTTPRequest.Method
    /// Below `/api/v1`.
    let path: String
    var query: [(name: String, value: String)] = []
    var body: [UInt8]?
    var bodyLimit = 1 << 20
    var totalTimeout = Duration.seconds(10)

    /// The request; the transport sends a body with its length (the default server answers 500 to a chunked one).
    func request(to endpoint: BacalhauEndpoint) -> HTTPRequest {
        var headers = [HTTPRequest.Header("Accept", "application/json")]
        if let authorization = endpoint.authorization { headers.append(authorization) }
        if body != nil {
            headers.append(HTTPRequest.Header("Content-Type", "application/json"))
        }
        return HTTPRequest(
            method,
            endpoint.address(path, query: query),
            headers: headers,
            body: body,
            totalTimeout: totalTimeout,
            bodyLimit: bodyLimit
        )
    }

    func failure(
        at endpoint: BacalhauEndpoint,
        _ kind: BacalhauError.Kind,
        retryAfter: Int? = nil,
        outcomeUnknown: Bool = false
    ) -> BacalhauError {
        let mask = endpoint.mask
        return BacalhauError(
            method: "\(method.rawValue) \(path)",
            endpoint: mask.url,
            kind: kind.cleaned(by: mask),
            retryAfter: retryAfter,
            outcomeUnknown: outcomeUnknown
        )
    }

    /// The error of an answer that is no success.
    func failure(at endpoint: BacalhauEndpoint, _ response: HTTPResponse) -> BacalhauError {
        let failure = ServerFailure.read(response.body)
        return self.failure(
            at: endpoint,
            .server(status: response.status, code: failure.code, message: failure.message),
            retryAfter: response.retryAfter,
            outcomeUnknown: method != .get && response.status >= 500
        )
    }
}

extension HTTPResponse {
    /// The whole seconds of `Retry-After` (RFC 9110 §10.2.3), an hour at most; a date counts as a minute.
    var retryAfter: Int? {
        guard let text = header("Retry-After") else { return nil }
        return Int(text).map { min(max(0, $0), 3_600) } ?? 60
    }
}

extension BacalhauError.Kind {
    /// With nobody's secrets in it: servers and libraries quote what they were sent.
    fileprivate func cleaned(by mask: SecretMask) -> Self {
        switch self {
        case .transport(let error): .transport(error.cleaned(by: mask))
        case .server(let status, let code, let message):
            .server(status: status, code: mask.clean(code, limit: 128), message: mask.clean(message, limit: 2_048))
        case .badAnswer(let words): .badAnswer(mask.clean(words))
        case .credentials(let reason): .credentials(mask.clean(reason))
        }
    }
}
