package import Ethereum
package import RelayCore

/// Where requests wait for their job.
package enum AdmissionLane: CaseIterable, Sendable {
    /// Found as the chain grew.
    case live
    /// Found by a replay of old blocks.
    case replayed
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
    /// Parties that are passed over for now.
    package var resting: Set<Address>
    /// Parties of which one request at a time may begin.
    package var wary: Set<Address>
    /// What has waited since before this, over a quota, is refused; nil: nothing is.
    package var refusedBefore: Timestamp?

    package init(
        maxRunning: Int,
        quotas: Quotas = Quotas(),
        inHand: Set<Int64> = [],
        last: [AdmissionLane: Address] = [:],
        resting: Set<Address> = [],
        wary: Set<Address> = [],
        refusedBefore: Timestamp? = nil
    ) {
        self.maxRunning = maxRunning
        self.quotas = quotas
        self.inHand = inHand
        self.last = last
        self.resting = resting
        self.wary = wary
        self.refusedBefore = refusedBefore
    }
}

/// The requests that may get a job now, in the order of their turns.
package struct Admission: Sendable {
    /// As many as there is room for: live ones first, of each party one after the other.
    ///
    /// A quarter of the places is for the live ones alone, so that a replay of many old ones does not delay them.
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
