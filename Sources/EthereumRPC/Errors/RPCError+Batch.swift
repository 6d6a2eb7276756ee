extension RPCError {
    /// Whether a batch was refused because it is one, so that its calls may go through one by one.
    ///
    /// Only asked of the error of a batch: the words and codes say other things of single calls. Whoever asks one by one
    /// loses nothing where this is wrong, since what else is wrong is said again.
    var isBatchRefused: Bool {
        // One by one would cost as many calls again.
        guard !hasQuotaStatus else { return false }
        return switch kind {
        case .server(let code, _, _):
            // Unreadable or no request at all: what servers say of an array that expect an object.
            says("batch") || ([-32600, -32700].contains(code) && logRangeFailure == .other && !isQuota)
        case .http(let status, let excerpt):
            [400, 403, 405, 406, 415, 422, 501].contains(status) || excerpt.lowercased().contains("batch")
        case .malformed(let text): text == BatchEnvelope.singleAnswer
        case .transport: false
        }
    }
}
