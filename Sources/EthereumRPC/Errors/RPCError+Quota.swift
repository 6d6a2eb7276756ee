extension RPCError {
    /// Whether the node answers no more for now because too much was asked in too short a time, or in the time paid for.
    ///
    /// Another range does not help; another node, or waiting, does (`retryAfter`, where it is said).
    package var isQuota: Bool {
        guard !hasQuotaStatus else { return true }
        return switch kind {
        case .server(let code, let message, _): Self.quotaStatus.contains(code) || Self.saysQuota(message)
        case .http(_, let excerpt): Self.saysQuota(excerpt)
        case .transport, .malformed: false
        }
    }

    /// Whether the HTTP status itself says so: then the words beside it are of this quota, whatever they are.
    var hasQuotaStatus: Bool {
        let status = if case .http(let status, _) = kind { status } else { self.status }
        return status.map { Self.quotaStatus.contains(Int64($0)) } ?? false
    }

    /// Too Many Requests (RFC 6585 §4), and Payment Required (RFC 9110 §15.5.3), which stands for the quota of a day.
    private static let quotaStatus: [Int64] = [429, 402]

    /// Whether these words are of a quota.
    private static func saysQuota(_ message: String) -> Bool {
        let message = Array(message.lowercased().utf8)
        return RefusalCatalogue.quotas.contains { $0.pattern.match(message) != nil }
    }
}
