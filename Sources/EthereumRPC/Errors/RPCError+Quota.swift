extension RPCError {
    /// Whether the node answers no more for now because too much was asked in too short a time, or in the time paid for.
    ///
    /// Another range does not help; another node, or waiting, does (`retryAfter`, where it is said).
    package var isQuota: Bool {
        switch kind {
        case .server(let code, let message, _): code == 429 || Self.saysQuota(message)
        case .http(let status, let excerpt): status == 429 || Self.saysQuota(excerpt)
        case .transport, .malformed: false
        }
    }

    /// Whether these words are of a quota.
    static func saysQuota(_ message: String) -> Bool {
        let message = message.lowercased()
        return quotas.contains { message.contains($0) }
    }

    private static let quotas = [
        "rate limit", "too many requests", "request limit", "quota", "per second", "compute units",
    ]
}
