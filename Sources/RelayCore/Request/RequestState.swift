/// Where a request is on its way.
///
/// One state, and each state has one owner (design D10).
///
///     observed ──▶ accepted ──▶ submitted ──▶ answered ──▶ settling ──▶ settled
///        └── refused: straight to answered ──────┘            │
///     orphaned: its log is gone; dead: cannot be answered on chain; dropped: dead, and an operator leaves it at that
package enum RequestState: String, CaseIterable, Sendable {
    /// Its log has been stored. Owner: computing, which accepts or refuses it once it is deep enough.
    case observed
    /// Its job's name and exact body are stored. Owner: computing.
    case accepted
    /// The orchestrator has the job. Owner: computing.
    case submitted
    /// A result or a failure is stored. Owner: settling.
    case answered
    /// A transaction with the answer is signed and stored. Owner: settling.
    case settling
    /// The answer is final on chain, by us or by somebody else.
    case settled
    /// Its log is no longer in the canonical chain.
    case orphaned
    /// Cannot be answered on chain, with the reason; `jobs retry` takes it up again, `jobs drop` closes it.
    case dead
    /// Was dead, and an operator has closed it for good, with a reason; `jobs retry` takes it up again all the same.
    case dropped

    /// The states that may follow this one; the store refuses any other change.
    package var successors: Set<RequestState> {
        switch self {
        case .observed: [.accepted, .answered, .settled, .orphaned, .dead]
        case .accepted: [.submitted, .answered, .settled, .orphaned, .dead]
        case .submitted: [.accepted, .answered, .settled, .orphaned, .dead]
        case .answered: [.settling, .settled, .orphaned, .dead]
        case .settling: [.answered, .settled, .orphaned, .dead]
        case .settled: []
        case .orphaned: [.observed, .accepted, .submitted, .answered, .settling, .dead, .dropped]
        case .dead: [.observed, .answered, .dropped]
        case .dropped: [.observed, .answered]
        }
    }

    /// The states in which something is still to be done.
    package static let open: [RequestState] = [.observed, .accepted, .submitted, .answered, .settling]
}
