import Transport

/// What is known of one node, and whether it is asked.
///
/// Pure; times are milliseconds since 1970.
///
/// This folder decides which of several nodes is asked, and checks that each serves the chain that is followed.
struct NodeHealth: Equatable, Sendable {
    /// Failures in a row.
    private(set) var failures = 0
    /// Since when: the first of these failures.
    private(set) var failingSince: Int64?
    /// When it may be asked again after a failure.
    private(set) var opensAt: Int64 = .min
    /// Serves another chain, or a branch of its own; asked again only to find out whether that has changed.
    private(set) var expulsion: (reason: String, until: Int64)?
    /// Of late behind the others, until then.
    private(set) var behindUntil: Int64 = .min
    /// When chain, genesis and anchor were checked last; nil: not since it failed.
    private var verifiedAt: Int64?
    /// The last thing that was wrong with it.
    private(set) var lastError: NodeState.Trouble?
    /// Its own newest head, as far as anybody asked.
    private(set) var head: UInt64?
    /// Of a thousand calls, the recent ones weighing more; as it was at `ratedAt`.
    private var errorRate = 0
    private var ratedAt: Int64 = .min

    static func == (left: NodeHealth, right: NodeHealth) -> Bool {
        left.failures == right.failures && left.failingSince == right.failingSince && left.opensAt == right.opensAt
            && left.behindUntil == right.behindUntil && left.verifiedAt == right.verifiedAt && left.head == right.head
            && left.errorRate == right.errorRate && left.ratedAt == right.ratedAt && left.lastError == right.lastError
            && left.expulsion?.reason == right.expulsion?.reason && left.expulsion?.until == right.expulsion?.until
    }

    private static let longestPause: Int64 = 30_000
    /// An expelled node is looked at again after so long.
    static let expulsionTime: Int64 = 600_000
    static let behindTime: Int64 = 30_000
    /// Of an error that is kept for people; bytes, without the mark of a cut.
    private static let longestText = 297
    /// Which chain a node serves is asked again after so long: six requests an hour.
    static let verificationTime: Int64 = 600_000
    /// The same where the nodes take turns in being the first, as those do that fail now and then.
    static let freshTime: Int64 = 60_000
    /// In so long the error rate falls by half: who is not asked could not better it, and would never be asked again.
    static let forgivingTime: Int64 = 60_000

    /// The lower the better; nil: not to be asked at all.
    func rank(at now: Int64) -> Int? {
        if let expulsion, now < expulsion.until { return nil }
        if now < opensAt { return 3 }
        if now < behindUntil { return 2 }
        return errorRate(at: now) > 500 ? 1 : 0
    }

    /// Of a thousand calls, the recent ones weighing more, and less with time.
    func errorRate(at now: Int64) -> Int {
        let (elapsed, overflow) = now.subtractingReportingOverflow(ratedAt)
        return overflow ? 0 : errorRate >> Int(min(max(0, elapsed) / Self.forgivingTime, 10))
    }

    mutating func answered(at now: Int64) {
        failures = 0
        failingSince = nil
        opensAt = .min
        let rate = errorRate(at: now)
        (errorRate, ratedAt) = (rate - rate / 8, now)
    }

    /// A call failed by the node's own fault; `isChanged`: in a way that it may be another node by now.
    mutating func failed(at now: Int64, retryAfter: Duration?, isChanged: Bool) {
        if isChanged { verifiedAt = nil }
        let rate = errorRate(at: now)
        (errorRate, ratedAt) = (rate + (1_000 - rate) / 8, now)
        failures = min(failures + 1, 1_000)
        failingSince = failingSince.map { min($0, now) } ?? now
        let own = min(500 << min(failures - 1, 6), Self.longestPause)
        let asked = min(max(retryAfter ?? .zero, .zero), RetryAfter.longest).components.seconds * 1_000
        opensAt = now.addingReportingOverflow(max(own, asked)).partialValue
    }

    /// What was wrong, for people; masked.
    mutating func said(_ error: String, at now: Int64) {
        lastError = NodeState.Trouble(text: oneLine(error, limit: Self.longestText), at: now)
    }

    mutating func expelled(_ reason: String, at now: Int64) {
        verifiedAt = nil
        expulsion = (reason, now.addingReportingOverflow(Self.expulsionTime).partialValue)
    }

    /// It has to be shown once more which chain it serves.
    mutating func isToBeVerified() { verifiedAt = nil }

    mutating func verified(at now: Int64) {
        verifiedAt = now
        expulsion = nil
    }

    /// Whether it is known well enough which chain it serves: a proxy may hand its address to another without any error.
    func isVerified(at now: Int64) -> Bool { isVerified(within: Self.verificationTime, at: now) }

    /// It is asked first from now on, so it is looked at again unless that has just been done.
    mutating func isPreferred(at now: Int64) {
        if !isVerified(within: Self.freshTime, at: now) { verifiedAt = nil }
    }

    private func isVerified(within time: Int64, at now: Int64) -> Bool {
        guard let verifiedAt else { return false }
        let (elapsed, overflow) = now.subtractingReportingOverflow(verifiedAt)
        return !overflow && elapsed < time
    }

    mutating func isBehind(at now: Int64) {
        behindUntil = now.addingReportingOverflow(Self.behindTime).partialValue
    }

    mutating func showed(head: UInt64) { self.head = head }
}
