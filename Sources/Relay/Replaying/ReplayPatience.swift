package import RelayCore

/// How long a replay is tried whose range the nodes do not give: one that cannot succeed must not keep those behind it
/// waiting.
package struct ReplayPatience: Sendable {
    /// One answer may be a slip.
    private static let looks = 3
    /// For nodes to come back of which nothing is known.
    private static let absence: Duration = .seconds(600)

    private var looks = 0
    private var since: Timestamp?

    package init() {}

    /// A range has been read.
    package mutating func wentOn() { self = ReplayPatience() }

    /// Whether to give up.
    package mutating func isOver(_ fault: ReplayFault, at now: Timestamp) -> Bool {
        guard fault.kind != .passing else {
            wentOn()
            return false
        }
        looks += 1
        let since = min(since ?? now, now)
        self.since = since
        return fault.kind == .pruned ? looks >= Self.looks : now - since >= Self.absence
    }
}
