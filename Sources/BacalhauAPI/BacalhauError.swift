package import Transport

/// Why a call has no result.
package struct BacalhauError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Where the call failed: on the way, in the server, or in the answer.
    package enum Kind: Sendable, Equatable {
        /// There is no answer.
        case transport(HTTPError)
        /// The server refused, with its HTTP status and its own code and words.
        case server(status: Int, code: String, message: String)
        /// The answer is not what Bacalhau answers.
        case badAnswer(String)
        /// The server no longer takes the secret, and it cannot be read anew: the reason names the setting.
        case credentials(String)
    }

    /// HTTP method and path, such as `GET /orchestrator/jobs/x`.
    package let method: String
    /// The endpoint without its secrets.
    package let endpoint: String
    package let kind: Kind
    /// Seconds after which the server wants to be asked again.
    package let retryAfter: Int?
    /// Whether the call may have had its effect.
    package let outcomeUnknown: Bool

    package init(
        method: String,
        endpoint: String,
        kind: Kind,
        retryAfter: Int? = nil,
        outcomeUnknown: Bool = false
    ) {
        self.method = method
        self.endpoint = endpoint
        self.kind = kind
        self.retryAfter = retryAfter
        self.outcomeUnknown = outcomeUnknown
    }

    /// The HTTP status, where there was an answer.
    package var status: Int? {
        switch kind {
        case .server(let status, _, _): status
        case .credentials: 401
        case .transport, .badAnswer: nil
        }
    }

    /// Whether the same call can go well later: no answer, an overloaded server, one that fails.
    package var isTransient: Bool {
        switch kind {
        case .transport(.badRequest), .transport(.shutDown), .transport(.cancelled): false
        case .transport, .badAnswer, .credentials: true
        case .server(let status, _, _): status == 429 || status >= 500
        }
    }

    package var description: String {
        let what =
            switch kind {
            case .transport(let error): "no answer: \(error)"
            case .server(let status, let code, let message):
                "HTTP \(status)\(code.isEmpty ? "" : " \(code)"): \(message)"
            case .badAnswer(let words): words
            case .credentials(let reason): "HTTP 401, and the secret cannot be read anew: \(reason)"
            }
        return "Bacalhau at \(endpoint), \(method): \(what)"
    }
}
