/// To which of several orchestrators a try goes.
package enum OrchestratorChoice: Equatable, Sendable {
    /// A request's first try.
    case first
    /// One after a try that ended for want of room, or for a cause that may pass, at the orchestrator of this place; nil where
    /// that is not known.
    case next(after: Int?)
    /// One that leaves the orchestrator of this place.
    case move(from: Int)

    /// What is known of an orchestrator and the job.
    package struct Candidate: Equatable, Sendable {
        /// None of its compute nodes can ever hold the job.
        package var cannotHold = false
        package var isReachable = true
        /// It has no compute node that can be given jobs now.
        package var lacksNodes = false
        /// Its circuit breaker lets a job go now.
        package var hasRoom = true
        /// That one would be the job that finds out.
        package var isHeld = false

        package init() {}
    }

    /// The place of the best one of these, which stand in order of preference; nil where there is none.
    ///
    /// What can never hold the job is worse than what is away and may: there the job waits. Only among those of which as
    /// much is known the order of preference counts.
    package func place(among candidates: [Candidate]) -> Int? {
        let all = candidates.indices.filter { candidates.count == 1 || .move(from: $0) != self }
        return all.min {
            (rank(candidates[$0]), turn($0, candidates.count)) < (rank(candidates[$1]), turn($1, candidates.count))
        }
    }

    /// The lower the better.
    private func rank(_ candidate: Candidate) -> Int {
        // A job that has failed once is not sent to find out something where another orchestrator is sound.
        let marks = [
            candidate.cannotHold, !candidate.isReachable, candidate.lacksNodes, !candidate.hasRoom,
            candidate.isHeld && self != .first,
        ]
        return marks.reduce(0) { $0 * 2 + ($1 ? 1 : 0) }
    }

    /// When an orchestrator is due among equals.
    ///
    /// Where the one before had no room the next one is asked, and each in turn, so that none with room is passed over.
    private func turn(_ place: Int, _ count: Int) -> Int {
        guard case .next(after: let used?) = self, used < count else { return place }
        return (place - used - 1 + count) % count
    }
}
