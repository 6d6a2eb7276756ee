internal import Bacalhau

/// When a try is left for another orchestrator.
///
/// What it may have brought about counts for nothing: its name is never used again.
extension JobMachine {
    /// Notes whether the orchestrator does anything for this try.
    mutating func hear(_ event: Event, _ now: Timestamp) {
        if isSilence(event) {
            silence = .adding(to: silence, now)
        } else if isHeard(event) {
            silence = nil
        }
    }

    /// Whether the orchestrator did nothing: it gave no answer, does not let us in, or its node takes no jobs.
    ///
    /// Nothing else is a reason to go elsewhere.
    package func isSilence(_ event: Event) -> Bool {
        switch event {
        case .unavailable, .held, .submitted(.denied): true
        case .woke, .notFound, .gone, .found, .submitted, .stopTaken, .fetched, .fetchFailed: false
        }
    }

    private func isHeard(_ event: Event) -> Bool {
        switch event {
        case .found, .submitted, .stopTaken, .gone: return true
        // One that takes no jobs says so each time before it is asked to take one.
        case .notFound:
            if case .placing = phase { return false }
            return true
        case .woke, .held, .unavailable, .fetched, .fetchFailed: return false
        }
    }

    /// Until when the orchestrator may be silent; nil while it is not, and where the try is not left.
    ///
    /// A job that runs is worth more patience than one that is still to be placed, and one that is being stopped is not
    /// left: another would run beside it.
    func endOfPatience(_ limits: Limits) -> Timestamp? {
        guard let silence, (moves?.count ?? 0) < limits.moves else { return nil }
        switch phase {
        case .placing: return silence.since + limits.moveTime
        case .watching: return silence.since + limits.moveTime * 10
        case .stopping, .pausing, .answered: return nil
        }
    }

    /// Whether it was asked often enough: while the relayer itself was down nobody asked.
    var hasAskedInVain: Bool {
        let least = if case .watching = phase { 5 } else { 2 }
        return (silence?.count ?? 0) >= least
    }

    mutating func move(_ now: Timestamp) -> [Action] {
        moves = .adding(to: moves, now)
        outages = 0
        openNextTry()
        return [.lookUp]
    }

    /// Whoever had the job is not in the settings any more, and the orchestrator that may be it under another name knows
    /// nothing of it.
    mutating func gone(_ now: Timestamp, _ limits: Limits) -> [Action] {
        guard case .placing = phase else { return notFound(now, limits) }
        // It may have been taken there.
        return noRoom("the orchestrator that the job went to is not in the settings any more", now, limits)
    }
}

extension JobMachine.Action {
    /// The same, with a wait that ends when patience does.
    func noLater(than end: Timestamp, _ now: Timestamp) -> Self {
        guard case .wake(let at) = self, now < end, end < at else { return self }
        return .wake(at: end)
    }
}
