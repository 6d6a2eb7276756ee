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

    /// Whether the orchestrator did nothing: it gave no answer or no useful one, does not let us in, is too busy, or its node
    /// takes no jobs.
    ///
    /// Nothing else is a reason to go elsewhere.
    package func isSilence(_ event: Event) -> Bool {
        switch event {
        case .unavailable, .held, .submitted(.denied): true
        case .submitted(.busy): isPlacing
        // A body that makes one server fail may make each fail, so the next one only is tried.
        case .submitted(.unknown): isPlacing && !hasMovedInDoubt
        case .woke, .notFound, .gone, .found, .submitted, .stopTaken, .fetched, .fetchFailed: false
        }
    }

    private var isPlacing: Bool {
        if case .placing = phase { true } else { false }
    }

    private func isHeard(_ event: Event) -> Bool {
        switch event {
        case .found, .submitted, .stopTaken, .gone: return true
        // One that takes no jobs says so each time before it is asked to take one.
        case .notFound: return !isPlacing
        case .woke, .held, .unavailable, .fetched, .fetchFailed: return false
        }
    }

    /// Until when the orchestrator may be silent; nil while it is not, and where the try is not left.
    ///
    /// A job that runs is worth more patience than one that is still to be placed, and one that is being stopped is not
    /// left: another would run beside it.
    func endOfPatience(_ now: Timestamp, _ limits: Limits, _ aliveSince: Timestamp) -> Timestamp? {
        guard let silence, (recentMoves(now, limits)?.count ?? 0) < limits.moves else { return nil }
        let since = max(silence.since, aliveSince)
        switch phase {
        case .placing: return since + limits.moveTime
        case .watching: return since + limits.moveTime * 10
        case .stopping, .pausing, .answered: return nil
        }
    }

    /// Whether it was asked often enough: while the relayer itself was down nobody asked.
    var hasAskedInVain: Bool {
        let least = if case .watching = phase { 5 } else { 2 }
        return (silence?.count ?? 0) >= least
    }

    /// Moves of long ago were for another outage.
    private func recentMoves(_ now: Timestamp, _ limits: Limits) -> Tally? {
        moves.flatMap { now - $0.since > limits.movesTime ? nil : $0 }
    }

    mutating func move(after event: Event, _ now: Timestamp, _ limits: Limits) -> [Action] {
        moves = .adding(to: recentMoves(now, limits), now)
        if case .submitted(.unknown) = event { hasMovedInDoubt = true }
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
