internal import Bacalhau

/// What the orchestrator answered to a look-up, a submission, or not at all.
extension JobMachine {
    mutating func notFound(_ now: Timestamp, _ limits: Limits) -> [Action] {
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
            return noRoom("the orchestrator no longer knows the job", now, limits)
        case .stopping:
            return endStopped(now, limits, cause: nil)
        case .pausing(let until):
            return [.wake(at: until)]
        case .answered(let answer):
            return [.answer(answer)]
        }
    }

    mutating func found(_ sighting: Sighting, _ now: Timestamp, _ limits: Limits) -> [Action] {
        switch phase {
        case .placing, .watching, .stopping:
            guard sighting.isOurs else {
                return noRoom("the job's name is taken by another job", now, limits)
            }
            if case .placing = phase { watch(sighting.jobID, now) }
            return judge(sighting, now, limits)
        case .pausing(let until):
            return [.wake(at: until)]
        case .answered(let answer):
            return [.answer(answer)]
        }
    }

    mutating func submitted(_ submission: Submission, _ now: Timestamp, _ limits: Limits) -> [Action] {
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

    /// What was not sent has not come to nothing, and the time that passes so is nobody's fault.
    mutating func held(_ now: Timestamp, _ limits: Limits) -> [Action] {
        guard case .placing = phase else { return resume(limits: limits) }
        submissions = nil
        busy = busy.map { Tally(count: $0.count, since: now) }
        return [.wake(at: now + limits.outageBackoff.limit)]
    }

    mutating func watch(_ jobID: String, _ now: Timestamp) {
        phase = .watching(jobID: jobID, since: now)
        self.jobID = jobID
        submissions = nil
    }

    mutating func unavailable(_ retryAfter: Duration?, _ now: Timestamp, _ limits: Limits) -> [Action] {
        switch phase {
        case .answered: return resume(limits: limits)
        // An order that has reached nobody stops nothing: another try would run beside it.
        case .stopping(_, let since) where now - since >= limits.silenceTime:
            return endStopped(now, limits, cause: nil)
        case .watching(let jobID, let since) where now >= deadline(since, limits) + limits.silenceTime:
            phase = .stopping(jobID: jobID, since: now)
        case .placing, .watching, .stopping, .pausing: break
        }
        outages = min(outages + 1, Self.counterLimit)
        let own = limits.outageBackoff.delay(after: outages)
        return [.wake(at: now + max(own, min(retryAfter ?? own, Backoff.longestRetryAfter)))]
    }
}
