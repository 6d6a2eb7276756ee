package import Bacalhau

/// Brings one request's compute to its end: at most one job counts, whatever crashes (design D5).
///
///     placing ──▶ watching ──▶ answered
///       ▲  └────────┼─────────────▲
///     pausing ◀─────┤             │
///                   └▶ stopping ──┘
///
/// Each try has a name of its own. A name is looked up before anything is submitted under it, so an action performed
/// twice finds what the first one did. Whoever drives this stores the machine before performing what it returns.
package struct JobMachine: Equatable, Sendable {
    package enum Phase: Equatable, Sendable {
        /// No job is known under this try's name. Next: watching, answered, pausing.
        case placing
        /// The orchestrator has the job. Next: answered, stopping, pausing, placing.
        case watching(jobID: String, since: Timestamp)
        /// Our own deadline is over: ordered to stop, since then. Next: answered, pausing.
        case stopping(jobID: String, since: Timestamp)
        /// This try was refused for want of room; the next one opens at the time given. Next: placing.
        case pausing(until: Timestamp)
        /// The end.
        case answered(Answer)
    }

    package let resultType: ResultType
    /// The job's own time-out in seconds, as its body says.
    package let timeoutSeconds: Int64
    package let startedAt: Timestamp
    /// Which try this is, from 1; the job's name follows from it.
    package internal(set) var attempt: Int
    package internal(set) var phase: Phase
    /// The orchestrator's id of this try's job, once known.
    package internal(set) var jobID: String?
    /// Tries that ended for want of room.
    package internal(set) var busy: Tally?
    /// Tries that ended for another cause that may pass.
    package internal(set) var passing: Tally?
    /// Submissions of this try that have not brought a job yet.
    package internal(set) var submissions: Tally?
    /// Vain tries to read the file in which this try's result stands.
    package internal(set) var files: Tally?
    /// Answers missing in a row.
    package internal(set) var outages: Int
    /// Times in a row that the orchestrator did nothing for this try, for want of an answer, of rights or of a sound node.
    package internal(set) var silence: Tally?
    /// Tries that were left for another orchestrator.
    package internal(set) var moves: Tally?
    /// Whether one of them was left after a submission of which nobody knows what came of it.
    package internal(set) var hasMovedInDoubt: Bool
    /// How far this try's job was at the last look, and since when.
    package internal(set) var stage: StageSince?
    /// Seconds that the job may wait for a node with room, as its body says.
    package let queueSeconds: Int64
    /// How many nodes must agree on this try's answer: what its body was made for, whatever the settings say since.
    package internal(set) var agreement: Agreement?
    /// On which enough nodes have agreed while others ran on, so that the job was ordered to stop.
    ///
    /// It is not stored: after a restart a look at the job says it again.
    private(set) var agreed: JobAnswer?

    package init(
        resultType: ResultType,
        timeoutSeconds: Int64,
        startedAt: Timestamp,
        attempt: Int = 1,
        phase: Phase = .placing,
        jobID: String? = nil,
        busy: Tally? = nil,
        submissions: Tally? = nil,
        files: Tally? = nil,
        outages: Int = 0,
        stage: StageSince? = nil,
        queueSeconds: Int64 = 0,
        passing: Tally? = nil,
        agreement: Agreement? = nil,
        silence: Tally? = nil,
        moves: Tally? = nil,
        hasMovedInDoubt: Bool = false
    ) {
        self.resultType = resultType
        self.timeoutSeconds = timeoutSeconds
        self.startedAt = startedAt
        self.attempt = attempt
        self.phase = phase
        self.jobID = jobID
        self.busy = busy
        self.submissions = submissions
        self.files = files
        self.outages = outages
        self.stage = stage
        self.queueSeconds = queueSeconds
        self.passing = passing
        self.agreement = agreement
        self.silence = silence
        self.moves = moves
        self.hasMovedInDoubt = hasMovedInDoubt
    }

    /// The plan of the try that has just been opened.
    package mutating func follow(_ plan: JobPlan) { agreement = plan.agreement }

    /// A stage of a job, since it was first seen in it.
    package struct StageSince: Equatable, Sendable {
        package let stage: JobStage
        package let since: Timestamp
        /// When it was last seen in it.
        package let seen: Timestamp

        package init(_ stage: JobStage, since: Timestamp, seen: Timestamp? = nil) {
            self.stage = stage
            self.since = since
            self.seen = seen ?? since
        }

        /// Seen again: what nobody looked at for a while may have gone on and come back, and has its time anew.
        func again(at now: Timestamp) -> StageSince {
            StageSince(stage, since: now - seen > Self.gap ? now : since, seen: now)
        }

        private static let gap: Duration = .seconds(60)
    }

    /// What was about to be done: the same after a crash as before it.
    package func resume(limits: Limits = Limits()) -> [Action] {
        switch phase {
        case .placing, .watching: [.lookUp]
        case .stopping(let jobID, _): [.stop(jobID: jobID, reason: stopReason(limits))]
        case .pausing(let until): [.wake(at: until)]
        case .answered(let answer): [.answer(answer)]
        }
    }

    /// `elsewhere` says whether there is another orchestrator that takes jobs, and `aliveSince` from when on the silence of this
    /// one was heard: what is stored of it may be from before a time in which the relayer was down.
    package mutating func apply(
        _ event: Event,
        at now: Timestamp,
        limits: Limits = Limits(),
        elsewhere: Bool = false,
        aliveSince: Timestamp = Timestamp(milliseconds: 0)
    ) -> [Action] {
        if endsOutage(event) { outages = 0 }
        hear(event, now)
        guard elsewhere, let end = endOfPatience(now, limits, aliveSince) else { return answer(event, now, limits) }
        if now >= end, hasAskedInVain, isSilence(event) { return move(after: event, now, limits) }
        return answer(event, now, limits).map { $0.noLater(than: end, now) }
    }

    private mutating func answer(_ event: Event, _ now: Timestamp, _ limits: Limits) -> [Action] {
        switch event {
        case .woke: return wake(now, limits)
        case .notFound: return notFound(now, limits)
        case .gone: return gone(now, limits)
        case .found(let sighting): return found(sighting, now, limits)
        case .submitted(let submission): return submitted(submission, now, limits)
        // What the stop came to is asked of the job itself: it may have ended before the order.
        case .stopTaken:
            if let answer = agreed.take() { return completed(answer, limits) }
            return isOver ? resume(limits: limits) : [.lookUp]
        case .fetched(let answer, let content): return fetched(answer, content, limits)
        case .fetchFailed(let answer, let failure): return fetchFailed(answer, failure, now, limits)
        case .held: return held(now, limits)
        case .unavailable(let retryAfter):
            if let answer = agreed.take() { return completed(answer, limits) }
            return unavailable(retryAfter, now, limits)
        }
    }

    /// Whether the event shows that the orchestrator does what it is asked.
    ///
    /// That it does not know a name is no such sign: between two submissions that come to nothing it says so each time,
    /// and the waits between them must grow.
    private func endsOutage(_ event: Event) -> Bool {
        switch event {
        case .woke, .held, .unavailable, .submitted(.unknown), .submitted(.busy), .submitted(.denied),
            .submitted(.alreadyExists), .fetched, .fetchFailed:
            return false
        case .notFound:
            if case .placing = phase { return false }
            return true
        case .found, .submitted(.created), .submitted(.refused), .stopTaken, .gone: return true
        }
    }

    /// Ends it because the request can no longer be planned.
    package mutating func refuse(_ refusal: JobRefusal) -> [Action] {
        end(.failure(refusal.text, source: refusal.source))
    }

    /// Since when this try's job is known to the orchestrator; nil while it is not, and once it is over.
    package var watchedSince: Timestamp? {
        if case .watching(_, let since) = phase { since } else { nil }
    }

    private var isOver: Bool {
        if case .answered = phase { true } else { false }
    }

    private mutating func wake(_ now: Timestamp, _ limits: Limits) -> [Action] {
        if case .pausing(let until) = phase {
            guard now >= until else { return [.wake(at: until)] }
            openNextTry()
        }
        return resume(limits: limits)
    }

    mutating func openNextTry() {
        attempt += 1
        phase = .placing
        jobID = nil
        submissions = nil
        stage = nil
        files = nil
        silence = nil
        agreed = nil
    }

    /// Stops what the others still run, which would cost for nothing; whatever comes of the order, the answer is given.
    mutating func agree(on answer: JobAnswer, _ jobID: String) -> [Action] {
        agreed = answer
        return [.stop(jobID: jobID, reason: "enough compute nodes agree on its answer")]
    }

    mutating func end(_ answer: Answer) -> [Action] {
        phase = .answered(answer)
        return [.answer(answer)]
    }
}
