extension RPCError {
    /// Whether the node answers no more for now because too much was asked in too short a time, or in the time paid for.
    ///
    /// Another range does not help; another node, or waiting, does (`retryAfter`, where it is said).
    package var isQuota: Bool {
        switch kind {
        case .server(let code, let message, _): [429, 402].contains(code) || Self.saysQuota(message)
        case .http(let status, let excerpt): [429, 402].contains(status) || Self.saysQuota(excerpt)
        case .transport, .malformed: false
        }
    }

    /// Whether these words are of a quota.
    private static func saysQuota(_ message: String) -> Bool {
        let message = Array(message.lowercased().utf8)
        return RefusalCatalogue.quotas.contains { $0.pattern.match(message) != nil }
    }
}
