package import Ethereum
package import RelayCore

/// Where requests wait for their job.
package enum AdmissionLane: CaseIterable, Sendable {
    /// Fresh from the chain.
    case fresh
    /// Replayed, or put off for a while.
    case later
}

/// A request that is to be accepted or refused.
package struct AdmissibleItem: Sendable {
    package let request: Request
    /// Names that its jobs have used up: none, unless its log was gone for a while.
    package let attempts: Int
    package let lane: AdmissionLane
}

/// What decides whose turn it is.
package struct AdmissionRules: Sendable {
    /// Jobs that may run at a time.
    package var maxRunning: Int
    package var quotas: Quotas
    /// Requests that are being worked on.
    package var inHand: Set<Int64>
    /// In each lane, the party whose request was begun last; nil: any may be next.
    package var last: [AdmissionLane: Address]
    /// What has waited since before this, over a quota, is refused; nil: nothing is.
    package var refusedBefore: Timestamp?

    package init(
        maxRunning: Int,
        quotas: Quotas = Quotas(),
        inHand: Set<Int64> = [],
        last: [AdmissionLane: Address] = [:],
        refusedBefore: Timestamp? = nil
    ) {
        self.maxRunning = maxRunning
        self.quotas = quotas
        self.inHand = inHand
        self.last = last
        self.refusedBefore = refusedBefore
    }
}

/// The requests that may get a job now, in the order of their turns.
package struct Admission: Sendable {
    /// As many as there is room for: those fresh from the chain first, of each party one after the other.
    ///
    /// A quarter of the places is for the fresh ones alone, so that a replay of many old ones does not delay them.
    package var items: [AdmissibleItem] = []
    /// Requests whose party has to be found out first.
    package var unknown: [Request] = []
    /// What keeps parties waiting; a few of them.
    package var blocks: [(party: Address?, block: QuotaBlock)] = []
    /// Requests that have waited for a quota for too long.
    package var overdue: [(request: Request, block: QuotaBlock)] = []
    /// Where a look ended that was cut off before it came round; the next one goes on there.
    package var cutOff: [AdmissionLane: Address] = [:]
}
