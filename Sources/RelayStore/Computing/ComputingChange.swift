package import RelayCore
internal import SQLite

/// One step of a request's compute, stored in one transaction before anything is done about it.
package struct ComputingChange: Sendable {
    /// A try's name and the very bytes that are sent under it.
    package struct NewJob: Sendable, Equatable {
        package let attempt: Int
        package let name: String
        package let body: [UInt8]
        /// Of compute, all nodes together, at most.
        package let seconds: Int64
        /// What is known of the try before it.
        package var earlier = EarlierTry.over
        /// The name of the orchestrator that it is sent to; nil: the first of the settings.
        package let orchestrator: String?

        package init(attempt: Int, name: String, body: [UInt8], seconds: Int64 = 0, orchestrator: String? = nil) {
            self.attempt = attempt
            self.name = name
            self.body = body
            self.seconds = seconds
            self.orchestrator = orchestrator
        }
    }

    package let request: Int64
    package let from: RequestState
    package let to: RequestState
    /// nil for a request that never gets a job.
    package var machine: JobMachine?
    package var newJob: NewJob?
    /// What the admission takes of the quotas.
    package var claim: UsageClaim?
    /// The orchestrator's id of the latest job.
    package var jobID: String?
    package var answer: Answer?
    /// The orphan's job is given up for good, before it is stopped: should the log come back, the next one has another name.
    package var givesUpJob = false
    /// Why it is settled by others, or dead.
    package var reason: String?
    package var wakeAt: Timestamp
    /// nil: nothing that the history should tell.
    package var event: String?
    package var detail: String?
    /// Calls to the orchestrator that led to it.
    package var calls: [JobCall] = []

    package init(
        request: Int64,
        from: RequestState,
        to: RequestState,
        machine: JobMachine? = nil,
        newJob: NewJob? = nil,
        jobID: String? = nil,
        answer: Answer? = nil,
        reason: String? = nil,
        wakeAt: Timestamp = Timestamp(milliseconds: 0),
        event: String? = nil,
        detail: String? = nil
    ) {
        self.request = request
        self.from = from
        self.to = to
        self.machine = machine
        self.newJob = newJob
        self.jobID = jobID
        self.answer = answer
        self.reason = reason
        self.wakeAt = wakeAt
        self.event = event
        self.detail = detail
    }
}

extension RelayStore {
    /// Stores the step.
    ///
    /// Throws `StoreError.outOfStep` when the request is not in `from` any more, and `QuotaBlock` when a quota has no room for
    /// what it claims; then nothing of it is kept.
    package func record(_ change: ComputingChange, at now: Timestamp) async throws {
        try await writer.write { t in
            // Before it counts itself.
            if let claim = change.claim { try t.claim(claim, for: change.request, at: now) }
            try t.move(
                change.request,
                from: change.from,
                to: change.to,
                wakeAt: change.wakeAt,
                reason: change.reason,
                at: now
            )
            if let machine = change.machine {
                try t.prepare("UPDATE request SET computing = ? WHERE id = ?").binding(machine.json, change.request)
                    .run()
            }
            if let job = change.newJob {
                try t.prepare(
                    """
                    INSERT INTO job (request_id, attempt, name, body, orchestrator, created_at) VALUES (?, ?, ?, ?, ?, ?)
                    """
                ).binding(
                    change.request,
                    Int64(job.attempt),
                    job.name,
                    job.body,
                    job.orchestrator,
                    now.milliseconds
                ).run()
                if change.claim == nil {
                    try t.claimNextTry(of: change.request, seconds: job.seconds, after: job.earlier, at: now)
                }
            }
            if change.answer != nil || change.givesUpJob { try t.closeUsage(of: change.request, at: now) }
            if let jobID = change.jobID {
                try t.prepare(
                    """
                    UPDATE job SET bacalhau_id = ? WHERE request_id = ?
                      AND attempt = (SELECT max(attempt) FROM job WHERE request_id = ?)
                    """
                ).binding(jobID, change.request, change.request).run()
            }
            if change.givesUpJob {
                try t.prepare("UPDATE request SET orphaned_from = 'observed' WHERE id = ?")
                    .binding(change.request).run()
            }
            if let answer = change.answer { try t.store(answer, of: change.request, at: now) }
            try t.note(change.calls, of: change.request)
            try t.audit(change.request, from: change.from, to: change.to, change.event, change.detail, at: now)
        }
    }
}

extension Transaction {
    /// Moves a request to its next state, or lets it wait in the one it has.
    ///
    /// Refuses when it is not where the caller believes, and a step that the life of a request does not have.
    borrowing func move(
        _ request: Int64,
        from: RequestState,
        to: RequestState,
        wakeAt: Timestamp,
        reason: String?,
        at now: Timestamp
    ) throws {
        guard to == from || from.successors.contains(to) else {
            throw StoreError.noSuchStep(request: request, from: from.rawValue, to: to.rawValue)
        }
        let moved = try prepare(
            """
            UPDATE request SET changed_at = CASE WHEN state = ?1 THEN changed_at ELSE ?4 END, state = ?1, wake_at = ?2,
              reason = ?3 WHERE id = ?5 AND state = ?6
            """
        ).binding(
            to.rawValue,
            wakeAt.milliseconds,
            reason.map { $0.cut(toBytes: 4_096) },
            now.milliseconds,
            request,
            from.rawValue
        ).run()
        guard moved == 1 else { throw StoreError.outOfStep(request: request, expected: from.rawValue) }
    }

    borrowing func store(_ answer: Answer, of request: Int64, at now: Timestamp) throws {
        try prepare(
            """
            INSERT INTO answer (request_id, kind, text, bytes, source, truncated, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (request_id) DO UPDATE SET kind = excluded.kind, text = excluded.text, bytes = excluded.bytes,
              source = excluded.source, truncated = excluded.truncated, created_at = excluded.created_at
            """
        ).binding(
            request,
            answer.kind.rawValue,
            answer.text,
            answer.bytes,
            answer.source,
            answer.truncated,
            now.milliseconds
        ).run()
    }
}
