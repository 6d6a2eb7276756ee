package import RelayCore
internal import SQLite

/// What an operator does about requests that cannot be answered on chain: each leaves a line in the request's history, with
/// who did it.
extension RelayStore {
    /// Takes a request that is dead or dropped up again: where it has an answer it is settled anew, otherwise its compute
    /// begins anew.
    ///
    /// Returns its new state; throws `StoreError.outOfStep` where it is neither.
    package func revive(_ request: Int64, by operator: String? = nil, at now: Timestamp) async throws -> RequestState {
        try await writer.write { t in
            let isDropped = try t.state(of: request) == .dropped
            let from: RequestState = isDropped ? .dropped : .dead
            let state: RequestState = try t.hasAnswer(request) ? .answered : .observed
            try t.move(request, from: from, to: state, wakeAt: Timestamp(milliseconds: 0), reason: nil, at: now)
            try t.prepare("UPDATE request SET settling = NULL WHERE id = ?").binding(request).run()
            let who = `operator`.map { "by \($0)" }
            try t.audit(request, from: from, to: state, "taken up again", detail: who, at: now)
            return state
        }
    }

    /// Closes a dead request for good.
    ///
    /// Throws `StoreError.outOfStep` where it is not dead.
    package func drop(_ request: Int64, reason: String, by operator: String, at now: Timestamp) async throws {
        try await writer.write { t in
            let reason = "\(reason) (by \(`operator`))"
            try t.move(
                request,
                from: .dead,
                to: .dropped,
                wakeAt: Timestamp(milliseconds: 0),
                reason: reason,
                at: now
            )
            try t.audit(request, from: .dead, to: .dropped, DeadLetter.dropped, detail: reason, at: now)
        }
    }
}

enum DeadLetter {
    static let dropped = "dropped"
}

extension Transaction {
    borrowing func state(of request: Int64) throws -> RequestState? {
        try prepare("SELECT state FROM request WHERE id = ?").binding(request).first { try $0.requestState(0) }
    }

    borrowing func hasAnswer(_ request: Int64) throws -> Bool {
        try prepare("SELECT 1 FROM answer WHERE request_id = ?").binding(request).first { try $0.int64(0) } != nil
    }

    /// The reason with which a request was dropped last.
    borrowing func dropReason(of request: Int64) throws -> String? {
        try prepare("SELECT detail FROM audit WHERE request_id = ? AND event = ? ORDER BY id DESC LIMIT 1")
            .binding(request, DeadLetter.dropped).first { try $0.optionalText(0) } ?? nil
    }
}
