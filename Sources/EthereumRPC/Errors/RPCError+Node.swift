import Transport

/// What an error says of the node.
extension RPCError {
    /// Whoever asked did not wait for the answer: nothing is known of the node.
    var isCancellation: Bool { kind == .transport(.cancelled) || kind == .transport(.shutDown) }

    /// Whether another node may answer at this address from now on: one was restarted, or a proxy chose another.
    var mayBeOfAnotherNode: Bool {
        switch kind {
        case .server: false
        case .http(let status, _): status >= 500
        case .transport, .malformed: true
        }
    }

    /// Whether less might have been answered: it took too long, or was too long.
    package var mayBeOfTheSize: Bool {
        switch kind {
        case .transport(.timedOut), .transport(.tooLarge): true
        case .http(let status, _): [408, 413, 502, 503, 504, 524].contains(status)
        case .server, .transport, .malformed: false
        }
    }

    /// Whether the node lets nobody in who has this key: another node has another one.
    package var isDenied: Bool {
        if case .http(401, _) = kind { return true }
        if case .http(403, _) = kind { return true }
        guard case .server = kind, revertData == nil, executionFailure == nil else { return false }
        return Self.denials.contains { says($0) }
    }

    private static let denials = [
        "unauthorized", "unauthenticated", "not authorized", "must be authenticated", "authenticate your request",
        "api key", "apikey", "api-key", "access denied", "access token", "project id", "forbidden",
    ]
}
