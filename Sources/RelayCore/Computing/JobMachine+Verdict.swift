internal import Bacalhau

/// What a job's own state means for its request.
extension JobMachine {
    mutating func judge(_ sighting: Sighting, _ now: Timestamp, _ limits: Limits) -> [Action] {
        switch sighting.verdict {
        case .running(let stage):
            return running(stage, cause: sighting.cause, now, limits)
        case .passing(let failure):
            return mayPass(failure.reason, now, limits)
        case .answer(let answer):
            guard !sighting.isOver, case .watching(let jobID, _) = phase else { return completed(answer, limits) }
            return agree(on: answer, jobID)
        case .busy(let text):
            return noRoom(text, now, limits)
        case .failed(let failure):
            return end(.failure(failure.reason, source: "orchestrator", note: failure.detail))
        case .lost:
            return notFound(now, limits)
        case .stopped(let reason):
            if case .stopping = phase { return endStopped(now, limits, cause: sighting.cause) }
            return end(.failure("the job was stopped: \(reason)", source: "orchestrator"))
        }
    }

    private mutating func running(
        _ stage: JobStage,
        cause: String?,
        _ now: Timestamp,
        _ limits: Limits
    ) -> [Action] {
        if case .watching = phase {
            self.stage =
                self.stage.flatMap { $0.stage == stage ? $0.again(at: now) : nil } ?? StageSince(stage, since: now)
        }
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
            if now - since >= limits.stopTime { return endStopped(now, limits, cause: cause) }
            return [.wake(at: now + limits.slowestPoll)]
        case .placing, .pausing, .answered:
            return resume(limits: limits)
        }
    }

    /// A failure that was not the job's fault: tried again a few times, whatever else came between.
    private mutating func mayPass(_ text: String, _ now: Timestamp, _ limits: Limits) -> [Action] {
        let tally = Tally.adding(to: passing, now)
        passing = tally
        guard tally.count < limits.passingTries else { return end(.failure(text, source: "orchestrator")) }
        return pause(after: tally, now, limits)
    }

    /// A try that found no room, or came to nothing for a cause that is like it.
    mutating func noRoom(_ text: String, _ now: Timestamp, _ limits: Limits) -> [Action] {
        let tally = Tally.adding(to: busy, now)
        busy = tally
        guard tally.count < limits.busyTries, now - tally.since < limits.busyTime else {
            return end(.failure(text, source: "orchestrator"))
        }
        return pause(after: tally, now, limits)
    }

    private mutating func pause(after tally: Tally, _ now: Timestamp, _ limits: Limits) -> [Action] {
        let until = now + limits.busyBackoff.delay(after: tally.count)
        phase = .pausing(until: until)
        return [.wake(at: until)]
    }
}
