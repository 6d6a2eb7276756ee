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

    package enum Event: Equatable, Sendable {
        /// Time to go on, after a start or a wait.
        case woke
        /// The name is unknown to the orchestrator.
        case notFound
        /// The orchestrator has a job of this name.
        case found(Sighting)
        /// What a submission came to.
        case submitted(Submission)
        /// The orchestrator has taken the order to stop, or says that there is nothing to stop.
        case stopTaken
        /// No usable answer; whatever was asked may have happened.
        case unavailable(retryAfter: Duration?)
    }

    /// A job as a look-up by name found it.
    package struct Sighting: Equatable, Sendable {
        package let jobID: String
        /// Whether its label names this request.
        package let isOurs: Bool
        package let verdict: JobVerdict

        package init(jobID: String, isOurs: Bool, verdict: JobVerdict) {
            self.jobID = jobID
            self.isOurs = isOurs
            self.verdict = verdict
        }
    }

    package enum Action: Equatable, Sendable {
        /// Look this try's name up.
        case lookUp
        /// Send the stored body of this try.
        case submit
        case stop(jobID: String, reason: String)
        case wake(at: Timestamp)
        /// The request has its answer.
        case answer(Answer)
    }

    package struct Limits: Equatable, Sendable {
        /// Time that the relayer adds to a job's own time-out before it stops the job.
        package var grace: Duration = .seconds(180)
        /// Tries without room, at most; the first of these two limits ends it.
        package var busyTries = 8
        package var busyTime: Duration = .seconds(900)
        package var busyBackoff = Backoff(first: .seconds(2), limit: .seconds(180))
        package var outageBackoff = Backoff(first: .milliseconds(500), limit: .seconds(30))
        /// Submissions in vain of one try, at least, and since the first of them, before the request is failed: the
        /// orchestrator takes the body each time and never has a job.
        package var vainSubmissions = 12
        package var vainTime: Duration = .seconds(900)
        /// How long a job that is ordered to stop may go on before the request is answered without waiting for it.
        package var stopTime: Duration = .seconds(60)
        /// How long beyond its deadline a job is waited for of which the orchestrator says nothing.
        package var silenceTime: Duration = .seconds(3_600)
        package var firstPoll: Duration = .milliseconds(40)
        package var slowestPoll: Duration = .seconds(5)

        package init() {}
    }

    package let resultType: ResultType
    /// The job's own time-out in seconds, as its body says.
    package let timeoutSeconds: Int64
    package let startedAt: Timestamp
    /// Which try this is, from 1; the job's name follows from it.
    package private(set) var attempt: Int
    package private(set) var phase: Phase
    /// The orchestrator's id of this try's job, once known.
    package private(set) var jobID: String?
    /// Tries that ended for want of room.
    package private(set) var busy: Tally?
    /// Submissions of this try that have not brought a job yet.
    package private(set) var submissions: Tally?
    /// Answers missing in a row.
    package private(set) var outages: Int

    /// How often something happened, and when for the first time.
    package struct Tally: Equatable, Sendable {
        package let count: Int
        package let since: Timestamp

        package init(count: Int, since: Timestamp) {
            self.count = count
            self.since = since
        }

        /// Once more.
        static func adding(to tally: Tally?, _ now: Timestamp) -> Tally {
            Tally(count: min((tally?.count ?? 0) + 1, counterLimit), since: tally?.since ?? now)
        }
    }

    /// Counters stop here; a stored one that is larger is damage.
    package static let counterLimit = 1_000_000

    package init(
        resultType: ResultType,
        timeoutSeconds: Int64,
        startedAt: Timestamp,
        attempt: Int = 1,
        phase: Phase = .placing,
        jobID: String? = nil,
        busy: Tally? = nil,
        submissions: Tally? = nil,
        outages: Int = 0
    ) {
        self.resultType = resultType
        self.timeoutSeconds = timeoutSeconds
        self.startedAt = startedAt
        self.attempt = attempt
        self.phase = phase
        self.jobID = jobID
        self.busy = busy
        self.submissions = submissions
        self.outages = outages
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

    package mutating func apply(_ event: Event, at now: Timestamp, limits: Limits = Limits()) -> [Action] {
        if endsOutage(event) { outages = 0 }
        switch event {
        case .woke: return wake(now, limits)
        case .notFound: return notFound(now, limits)
        case .found(let sighting): return found(sighting, now, limits)
        case .submitted(let submission): return submitted(submission, now, limits)
        // What the stop came to is asked of the job itself: it may have ended before the order.
        case .stopTaken: return isOver ? resume(limits: limits) : [.lookUp]
        case .unavailable(let retryAfter): return unavailable(retryAfter, now, limits)
        }
    }

    /// Whether the event shows that the orchestrator does what it is asked.
    ///
    /// That it does not know a name is no such sign: between two submissions that come to nothing it says so each time,
    /// and the waits between them must grow.
    private func endsOutage(_ event: Event) -> Bool {
        switch event {
        case .woke, .unavailable, .submitted(.unknown), .submitted(.busy), .submitted(.denied),
            .submitted(.alreadyExists):
            return false
        case .notFound:
            if case .placing = phase { return false }
            return true
        case .found, .submitted(.created), .submitted(.refused), .stopTaken: return true
        }
    }

    /// Ends it because the request can no longer be planned.
    package mutating func refuse(_ refusal: JobRefusal) -> [Action] {
        end(.failure(refusal.text, source: "spec"))
    }

    private var isOver: Bool {
        if case .answered = phase { true } else { false }
    }

    // MARK: Events

    private mutating func wake(_ now: Timestamp, _ limits: Limits) -> [Action] {
        if case .pausing(let until) = phase {
            guard now >= until else { return [.wake(at: until)] }
            openNextTry()
        }
        return resume(limits: limits)
    }

    private mutating func notFound(_ now: Timestamp, _ limits: Limits) -> [Action] {
        switch phase {
        case .placing:
            if let tally = submissions, tally.count >= limits.vainSubmissions, now - tally.since >= limits.vainTime {
                return end(
                    .failure(
                        "the orchestrator has no job of this request after \(tally.count) submissions",
                        source: "orchestrator"
                    )
                )
            }
            submissions = .adding(to: submissions, now)
            return [.submit]
        case .watching:
            // The orchestrator has forgotten it (its data were wiped). Its name may come back, so it is not used again.
            return pause(now, limits, else: "the orchestrator no longer knows the job")
        case .stopping:
            return endStopped(limits)
        case .pausing(let until):
            return [.wake(at: until)]
        case .answered(let answer):
            return [.answer(answer)]
        }
    }

    private mutating func found(_ sighting: Sighting, _ now: Timestamp, _ limits: Limits) -> [Action] {
        switch phase {
        case .placing, .watching, .stopping:
            guard sighting.isOurs else {
                return pause(now, limits, else: "the job's name is taken by another job")
            }
            if case .placing = phase { watch(sighting.jobID, now) }
            return judge(sighting.verdict, now, limits)
        case .pausing(let until):
            return [.wake(at: until)]
        case .answered(let answer):
            return [.answer(answer)]
        }
    }

    private mutating func submitted(_ submission: Submission, _ now: Timestamp, _ limits: Limits) -> [Action] {
        guard case .placing = phase else { return resume(limits: limits) }
        switch submission {
        case .created(let jobID):
            watch(jobID, now)
            return [.wake(at: now + limits.firstPoll)]
        case .alreadyExists:
            // The look-up shows it at once; where it does not, not in a tight loop.
            return submissions.map { $0.count > 1 } ?? false ? unavailable(nil, now, limits) : [.lookUp]
        case .refused(let reason):
            return end(.failure("the orchestrator refused the job: \(reason)", source: "orchestrator"))
        case .busy(let seconds):
            submissions = nil
            return unavailable(seconds.map { .seconds($0) }, now, limits)
        case .denied:
            // We are not let in: the operator's to mend, not the request's fault.
            submissions = nil
            return unavailable(nil, now, limits)
        case .unknown:
            // It may have been taken: only a look-up tells, and not in a tight loop.
            return unavailable(nil, now, limits)
        }
    }

    private mutating func watch(_ jobID: String, _ now: Timestamp) {
        phase = .watching(jobID: jobID, since: now)
        self.jobID = jobID
        submissions = nil
    }

    private mutating func unavailable(_ retryAfter: Duration?, _ now: Timestamp, _ limits: Limits) -> [Action] {
        switch phase {
        case .answered: return resume(limits: limits)
        case .stopping(_, let since) where now - since >= limits.stopTime: return endStopped(limits)
        case .watching(let jobID, let since) where now >= deadline(since, limits) + limits.silenceTime:
            phase = .stopping(jobID: jobID, since: now)
        case .placing, .watching, .stopping, .pausing: break
        }
        outages = min(outages + 1, Self.counterLimit)
        let own = limits.outageBackoff.delay(after: outages)
        return [.wake(at: now + max(own, min(retryAfter ?? own, .seconds(600))))]
    }

    // MARK: What a job's state means

    private mutating func judge(_ verdict: JobVerdict, _ now: Timestamp, _ limits: Limits) -> [Action] {
        switch verdict {
        case .running:
            return running(now, limits)
        case .answer(let answer):
            return end(Answer(answer))
        case .busy(let text):
            return noRoom(text, now, limits)
        case .failed(let failure):
            return end(.failure(failure.reason, source: "orchestrator"))
        case .lost:
            return notFound(now, limits)
        case .stopped(let reason):
            if case .stopping = phase { return endStopped(limits) }
            return end(.failure("the job was stopped: \(reason)", source: "orchestrator"))
        }
    }

    private mutating func running(_ now: Timestamp, _ limits: Limits) -> [Action] {
        switch phase {
        case .watching(let jobID, let since):
            let deadline = deadline(since, limits)
            if now >= deadline {
                phase = .stopping(jobID: jobID, since: now)
                return [.stop(jobID: jobID, reason: stopReason(limits))]
            }
            let age = now - since
            let pause = min(max(limits.firstPoll, age / 4), limits.slowestPoll)
            return [.wake(at: min(now + pause, deadline))]
        case .stopping(_, let since):
            // The order has been taken; the job's state follows, and if not, what it may still bring counts no more.
            if now - since >= limits.stopTime { return endStopped(limits) }
            return [.wake(at: now + limits.slowestPoll)]
        case .placing, .pausing, .answered:
            return resume(limits: limits)
        }
    }

    private mutating func noRoom(_ text: String, _ now: Timestamp, _ limits: Limits) -> [Action] {
        let tally = Tally.adding(to: busy, now)
        busy = tally
        guard tally.count < limits.busyTries, now - tally.since < limits.busyTime else {
            return end(.failure(text, source: "orchestrator"))
        }
        let until = now + limits.busyBackoff.delay(after: tally.count)
        phase = .pausing(until: until)
        return [.wake(at: until)]
    }

    /// A try that came to nothing for a cause that may pass; the cap on tries holds for it too.
    private mutating func pause(_ now: Timestamp, _ limits: Limits, else reason: String) -> [Action] {
        noRoom(reason, now, limits)
    }

    private mutating func openNextTry() {
        attempt += 1
        phase = .placing
        jobID = nil
        submissions = nil
    }

    private func deadline(_ since: Timestamp, _ limits: Limits) -> Timestamp {
        since + .seconds(timeoutSeconds) + limits.grace
    }

    private mutating func endStopped(_ limits: Limits) -> [Action] {
        end(.failure(stopReason(limits), source: "relayer"))
    }

    private mutating func end(_ answer: Answer) -> [Action] {
        phase = .answered(answer)
        return [.answer(answer)]
    }

    private func stopReason(_ limits: Limits) -> String {
        let grace = limits.grace.wholeMilliseconds / 1_000
        return "the job did not end within its time-out of \(timeoutSeconds) s and \(grace) s more"
    }
}

extension Answer {
    /// A result as the job gave it.
    init(_ answer: JobAnswer) {
        self.init(
            kind: .result,
            text: String(decoding: answer.bytes, as: UTF8.self),
            source: answer.resultType == .cid ? "published result" : "run output",
            truncated: answer.isTruncated
        )
    }
}
