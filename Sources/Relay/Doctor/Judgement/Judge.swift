internal import RelayCore

/// Says what has been seen means.
///
/// Pure.
package struct Judge: Sendable {
    let subject: DoctorSubject
    let seen: Examination
    /// Milliseconds since 1970.
    let now: Int64

    package init(_ subject: DoctorSubject, _ seen: Examination, now: Int64) {
        self.subject = subject
        self.seen = seen
        self.now = now
    }

    package var diagnosis: Diagnosis {
        var findings = chain
        for place in seen.nodes.indices { findings += node(place) }
        for place in seen.contracts.indices { findings += contract(place) }
        findings += account + orchestrator + results + database + clock
        return Diagnosis(findings: findings, proposals: proposals)
    }

    var options: Relayer.Options { subject.options }
    var book: ContractBook { options.book }

    /// Those that answer and serve the chain, with their places.
    var good: [(place: Int, reach: NodeReach, details: NodeDetails)] {
        seen.nodes.enumerated().compactMap { place, node in
            guard let reach = node.reach.value, reach.chainID == options.chainID, let details = node.details else {
                return nil
            }
            return (place, reach, details)
        }
    }

    /// As measured at the first node that tells.
    var blockTime: Duration? { good.lazy.compactMap { $0.details.blockTime.value?.each }.first }

    /// The newest head of all.
    var bestHead: BlockSight? { good.map(\.reach.head).max { $0.number < $1.number } }

    /// About as many blocks as come in so long.
    func blocks(in duration: Duration) -> UInt64? {
        guard let blockTime, blockTime > .zero else { return nil }
        return UInt64(max(1, (duration / blockTime).rounded()))
    }

    /// What so many blocks take, about.
    func span(_ blocks: UInt64) -> Duration? {
        blockTime.map { $0 * Int(min(blocks, 1 << 20)) }
    }
}
