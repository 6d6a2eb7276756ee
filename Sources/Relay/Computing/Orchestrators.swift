internal import Bacalhau
package import RelayCore

/// The orchestrators of the settings, in order of preference.
package struct Orchestrators: Sendable {
    /// One at least.
    let all: [Orchestrator]
    private let first: Orchestrator

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
        guard let name else { return Placement(orchestrator: first, isSure: true) }
        let known = all.first { $0.name == name }
        return Placement(orchestrator: known ?? first, isSure: known != nil)
    }

    /// Where a request's first try goes: to the first orchestrator that would take it.
    ///
    /// Where a breaker lets one job through to find out, this is the one.
    func choose(for plan: JobPlan, at now: Timestamp) -> Orchestrator {
        guard areSeveral else { return first }
        let reachable = fit(all.filter { $0.isReachable(at: now) }, plan, now)
        return reachable.first { $0.gate.permits(plan.name, at: now) } ?? reachable.first ?? first
    }

    /// Where its next try goes: not to the orchestrator that was just left, and to find out something about a broken node
    /// only where there is no other.
    func chooseAgain(for plan: JobPlan, after left: Orchestrator? = nil, at now: Timestamp) -> Orchestrator {
        guard areSeveral else { return first }
        let others = fit(all.filter { $0 !== left && $0.isReachable(at: now) }, plan, now)
        return others.first { !$0.gate.isHeld } ?? others.first { $0.gate.permits(plan.name, at: now) } ?? others.first
            ?? choose(for: plan, at: now)
    }

    /// Those with a compute node that may hold the job, or all of them where none has.
    private func fit(_ orchestrators: [Orchestrator], _ plan: JobPlan, _ now: Timestamp) -> [Orchestrator] {
        let fitting = orchestrators.filter { $0.mayHold(plan.resources, at: now) }
        return fitting.isEmpty ? orchestrators : fitting
    }

    /// Whether another one would take a job.
    func hasOther(than orchestrator: Orchestrator, at now: Timestamp) -> Bool {
        all.contains { $0 !== orchestrator && $0.isUsable(at: now) }
    }

    /// Whether another one would take this job.
    func hasOther(than orchestrator: Orchestrator, for plan: JobPlan, at now: Timestamp) -> Bool {
        all.contains { $0 !== orchestrator && $0.isUsable(at: now) && $0.mayHold(plan.resources, at: now) }
    }

    /// Why no compute node can ever hold the job; nil where one may, or where that is not known well enough.
    func refusal(of plan: JobPlan, at now: Timestamp) -> JobRefusal? {
        let reachable = all.filter { $0.isReachable(at: now) }
        let known = reachable.compactMap { $0.nodes?.known(at: now) }
        // One that is away may come back, with the nodes that it had.
        guard known.count == reachable.count, !all.contains(where: { $0.nodes?.saidToHold(plan.resources) == true })
        else { return nil }
        return JobRefusal(plan.resources, tooLargeFor: known.flatMap(\.self))
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
