package import Bacalhau

/// What the compute nodes of an orchestrator can hold, as it said last.
package struct NodeRoom: Sendable, Equatable {
    /// How long what was said is taken for true.
    package static let memory: Duration = .seconds(300)

    /// Of each compute node that is known, nil where it does not say.
    ///
    /// One that is not connected counts: it may come back.
    private let capacities: [NodeCapacity?]
    private let hasUsable: Bool
    private let at: Timestamp

    package init(_ nodes: [NodeSummary], at now: Timestamp) {
        capacities = nodes.filter(\.isCompute).map(\.largestJob)
        hasUsable = nodes.contains(where: \.isUsable)
        at = now
    }

    package func age(at now: Timestamp) -> Duration { now - at }

    /// Those that it has for sure; nil where that is not known well enough to refuse anything.
    ///
    /// What one said that is away now is taken for true however long ago it was: with these nodes it may come back.
    package func known(at now: Timestamp, isAway: Bool = false) -> [NodeCapacity]? {
        let known = capacities.compactMap(\.self)
        guard !known.isEmpty, known.count == capacities.count else { return nil }
        return isAway || age(at: now) <= Self.memory ? known : nil
    }

    /// Whether none of them can hold it, for sure.
    package func cannotHold(_ resources: Resources, at now: Timestamp, isAway: Bool = false) -> Bool {
        known(at: now, isAway: isAway).map { nodes in !nodes.contains { $0.holds(resources) } } ?? false
    }

    /// Whether there is no compute node at all that can be given jobs now.
    package func lacksNodes(at now: Timestamp) -> Bool { !hasUsable && age(at: now) <= Self.memory }
}

extension JobRefusal {
    /// Refuses what none of these nodes can hold; nil where one can, or where there are none.
    package init?(_ resources: Resources, tooLargeFor nodes: [NodeCapacity]) {
        guard !nodes.isEmpty, !nodes.contains(where: { $0.holds(resources) }) else { return nil }
        let kinds: [(name: String, asked: Resources.Amount?, most: UInt64, text: (UInt64) -> String)] = [
            ("CPU", resources.cpu, nodes.map(\.cpu).max() ?? 0, AmountText.cores),
            ("memory", resources.memory, nodes.map(\.memory).max() ?? 0, AmountText.bytes),
            ("disk", resources.disk, nodes.map(\.disk).max() ?? 0, AmountText.bytes),
            ("GPU", resources.gpu, nodes.map(\.gpu).max() ?? 0, { String($0) }),
        ]
        let clauses = kinds.compactMap { kind -> String? in
            guard let asked = kind.asked, asked.value > kind.most else { return nil }
            let text = SafeText.quoted(asked.text, limit: 40)
            return "\(kind.name) of \(text) is more than the largest compute node takes, \(kind.text(kind.most))"
        }
        let all = kinds.compactMap { kind in
            kind.asked.map { "\(kind.name) \(SafeText.quoted($0.text, limit: 40))" }
        }
        let together = "no compute node takes \(all.joined(separator: " and ")) together"
        self.init(
            code: "too-large-for-nodes",
            text: SafeText.line(clauses.isEmpty ? together : clauses.joined(separator: "; "))
        )
    }
}
