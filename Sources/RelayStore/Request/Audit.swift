package import RelayCore
internal import SQLite

/// One line of a request's history: each change of its state, and what else is worth keeping.
package struct AuditEntry: Equatable, Sendable {
    package let at: Timestamp
    package let from: RequestState?
    package let to: RequestState
    /// What happened, in the past tense and from a fixed set, such as `observed` or `transaction signed`.
    package let event: String
    package let detail: String?
}

extension Transaction {
    /// A line for a step: each change of state gets one, also where the caller names no event.
    borrowing func audit(
        _ request: Int64,
        from: RequestState,
        to: RequestState,
        _ event: String?,
        _ detail: String?,
        at: Timestamp
    ) throws {
        guard event != nil || from != to else { return }
        try audit(request, from: from, to: to, event ?? to.rawValue, detail: detail, at: at)
    }

    borrowing func audit(
        _ request: Int64,
        from: RequestState?,
        to: RequestState,
        _ event: String,
        detail: String?,
        at: Timestamp
    ) throws {
        try prepareAudit().audit(request, from: from, to: to, event, detail: detail, at: at)
    }

    borrowing func prepareAudit() throws -> Statement {
        try prepare("INSERT INTO audit (request_id, at, from_state, to_state, event, detail) VALUES (?, ?, ?, ?, ?, ?)")
    }
}

extension Statement {
    /// Writes a line, by the statement of `prepareAudit`.
    func audit(
        _ request: Int64,
        from: RequestState?,
        to: RequestState,
        _ event: String,
        detail: String?,
        at: Timestamp
    ) throws {
        try binding(
            request,
            at.milliseconds,
            from?.rawValue,
            to.rawValue,
            event,
            detail.map { $0.cut(toBytes: 4_096) }
        ).run()
    }
}
