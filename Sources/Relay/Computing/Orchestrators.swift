internal import Bacalhau
package import RelayCore

/// The orchestrators of the settings, in order of preference.
package struct Orchestrators: Sendable {
    /// One at least.
    let all: [Orchestrator]
    private let first: Orchestrator
    let listing = NodeListing()

    package init(_ first: OrchestratorPlace, _ others: [OrchestratorPlace] = [], limits: CircuitBreaker.Limits) {
        self.first = Orchestrator(first, isFirst: true, limits: limits)
        all = [self.first] + others.map { Orchestrator($0, isFirst: false, limits: limits) }
    }

    var areSeveral: Bool { all.count > 1 }

    /// Where a stored try went.
    struct Placement: Sendable {
        let orchestrator: Orchestrator
        /// Whether that is surely the one: one that the settings no longer have may be the first under another name.
        let isSure: Bool
    }

    /// The one that a row of the database names.
    func placement(_ name: String?) -> Placement {
        // Written when there was one, which may be another of them now.
        guard let name else { return Placement(orchestrator: first, isSure: !areSeveral) }
        let known = all.first { $0.name == name }
        return Placement(orchestrator: known ?? first, isSure: known != nil)
    }

    /// Where a try goes.
    ///
    /// Where the breaker there lets one job through to find out, this is the one, and no other that is chosen meanwhile: it has
    /// to be withdrawn where it is not sent after all.
    func choose(for plan: JobPlan, _ choice: OrchestratorChoice = .first, at now: Timestamp) -> Orchestrator {
        guard areSeveral else { return first }
        var candidates = all.map { $0.candidate(for: plan, at: now) }
        while let place = choice.place(among: candidates) {
            let chosen = all[place]
            let findsOut = candidates[place].isReachable && candidates[place].hasRoom && chosen.gate.isHeld
            if !findsOut || chosen.gate.permits(plan.name, at: now) { return chosen }
            candidates[place].hasRoom = false
        }
        return first
    }

    /// The place of an orchestrator in the order of preference.
    func place(of orchestrator: Orchestrator) -> Int { all.firstIndex { $0 === orchestrator } ?? 0 }

    /// Whether another one would take a job.
    func hasOther(than orchestrator: Orchestrator, at now: Timestamp) -> Bool {
        all.contains { $0 !== orchestrator && $0.isUsable(at: now) }
    }

    /// Whether another one would take this job.
    func hasOther(than orchestrator: Orchestrator, for plan: JobPlan, at now: Timestamp) -> Bool {
        all.contains { other in
            let candidate = other.candidate(for: plan, at: now)
            return other !== orchestrator && other.isUsable(at: now) && !candidate.cannotHold && !candidate.lacksNodes
        }
    }

    /// Why no compute node can ever hold the job; nil where one may, or where that is not known well enough.
    ///
    /// Of each orchestrator it has to be known, and while none is there nothing is refused.
    func refusal(of plan: JobPlan, at now: Timestamp) -> JobRefusal? {
        let known = all.compactMap { $0.nodes?.known(at: now, isAway: !$0.isReachable(at: now)) }
        guard known.count == all.count, all.contains(where: { $0.isReachable(at: now) }) else { return nil }
        return JobRefusal(plan.resources, tooLargeFor: known.flatMap(\.self))
    }

    /// Whether a list is so old that nodes may have joined meanwhile, where they can be listed now.
    func haveOldLists(at now: Timestamp) -> Bool {
        all.contains { $0.isReachable(at: now) && $0.nodes.map { $0.age(at: now) > NodeListing.pause } ?? true }
    }

    /// How many jobs may be begun now.
    func room(at now: Timestamp) -> Int { candidates(now).map { $0.gate.room(at: now) }.max() ?? 0 }

    /// When the next one may be begun; nil when that is now.
    func opens(after now: Timestamp) -> Timestamp? {
        guard room(at: now) == 0 else { return nil }
        return candidates(now).compactMap { $0.gate.opens(after: now) }.min()
    }

    /// Those that are there; while none is, jobs wait for whichever comes back.
    private func candidates(_ now: Timestamp) -> [Orchestrator] {
        let reachable = all.filter { $0.isReachable(at: now) }
        return areSeveral && !reachable.isEmpty ? reachable : areSeveral ? all : [first]
    }
}
