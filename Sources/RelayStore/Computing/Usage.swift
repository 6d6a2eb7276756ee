package import Ethereum
package import RelayCore
internal import SQLite

/// What an admission takes of the quotas.
package struct UsageClaim: Equatable, Sendable {
    package let party: Address
    /// Compute nodes that run the job.
    package let nodes: Int64
    /// Of compute, all nodes together: the job's time-out, until it is known what it took.
    package let seconds: Int64
    package let quotas: Quotas

    package init(party: Address, nodes: Int64, seconds: Int64, quotas: Quotas) {
        self.party = party
        self.nodes = nodes
        self.seconds = seconds
        self.quotas = quotas
    }
}

/// What is known of a request's earlier try when the next one is opened.
package enum EarlierTry: Equatable, Sendable {
    /// Nothing of it ran.
    case idle
    /// It is over.
    case over
    /// It may still run: what was booked for it is spent.
    case runsOn
}

/// How long what was used is known: the longest window of a quota, and some time for clocks that are set back.
private let usageKept: Duration = .seconds(2 * 86_400)
/// What was booked further ahead than this was booked by a clock that was wrong.
private let clockDrift: Duration = .seconds(300)

extension Transaction {
    /// Books an admission; throws `QuotaBlock` where a quota does not let it begin.
    borrowing func claim(_ claim: UsageClaim, for request: Int64, at now: Timestamp) throws {
        for (party, quota) in [(nil, claim.quotas.all), (claim.party, claim.quotas.requester)] {
            let use = try use(of: party, for: quota, at: now)
            if let block = try block(of: party, by: quota, after: use, wanting: claim.seconds, at: now) { throw block }
        }
        try prepare("DELETE FROM usage WHERE admitted_at < ?").binding((now - usageKept).milliseconds).run()
        // A request that comes back after a reorganisation begins once more, and what it used before stays used.
        try prepare(
            """
            INSERT INTO usage (request_id, party, admitted_at, seconds, spent, began_at, nodes)
            VALUES (?1, ?2, ?3, ?4, 0, ?3, ?5)
            ON CONFLICT (request_id) DO UPDATE SET party = excluded.party, admitted_at = excluded.admitted_at,
              nodes = excluded.nodes, spent = usage.seconds, seconds = usage.seconds + excluded.seconds,
              began_at = excluded.began_at
            """
        ).binding(request, claim.party, now.milliseconds, claim.seconds, claim.nodes).run()
    }

    /// Books a further try of a request.
    borrowing func claimNextTry(of request: Int64, seconds: Int64, after earlier: EarlierTry, at now: Timestamp) throws
    {
        switch earlier {
        case .idle: try prepare("UPDATE usage SET seconds = spent WHERE request_id = ?").binding(request).run()
        case .over: try closeUsage(of: request, at: now)
        case .runsOn: break
        }
        try prepare(
            "UPDATE usage SET spent = seconds, seconds = seconds + ?1, began_at = ?2 WHERE request_id = ?3"
        ).binding(seconds, now.milliseconds, request).run()
    }

    /// Nothing of a request runs any more: what it took is known, and never more than was booked for it.
    borrowing func closeUsage(of request: Int64, at now: Timestamp) throws {
        try prepare(
            """
            UPDATE usage SET seconds = spent + min(seconds - spent, max(0, (?1 - began_at + 999) / 1000) * nodes)
            WHERE request_id = ?2
            """
        ).binding(now.milliseconds, request).run()
    }

    // MARK: Quotas

    /// The limit that keeps a party (nil: all of them) from beginning a job when it has used so much, and until when.
    borrowing func block(
        of party: Address?,
        by quota: Quota,
        after use: Quota.Use,
        wanting seconds: Int64 = 1,
        at now: Timestamp
    ) throws -> QuotaBlock? {
        guard let limit = quota.reached(by: use, wanting: seconds) else { return nil }
        return QuotaBlock(
            scope: party == nil ? .all : .requester,
            limit: limit,
            allowed: quota.text(of: limit),
            until: try opening(of: limit, for: party, quota, after: use, wanting: seconds, at: now)
        )
    }

    /// What has been used, as far as this quota counts it.
    ///
    /// `held` requests are being admitted beside those that are stored.
    borrowing func use(of party: Address?, for quota: Quota, held: Int = 0, at now: Timestamp) throws -> Quota.Use {
        var use = Quota.Use(running: held, hour: held, day: held)
        if quota.running != nil {
            use.running += try number(UsageSQL.running(party), party)
        }
        if quota.perHour != nil { use.hour += try number(UsageSQL.begun(party), party, span(.hour, now)) }
        if quota.perDay != nil { use.day += try number(UsageSQL.begun(party), party, span(.day, now)) }
        if quota.computePerDay != nil {
            use.compute = Int64(try number(UsageSQL.seconds(party), party, span(.compute, now)))
        }
        return use
    }

    /// When a limit lets the next one begin; nil: when a job ends.
    private borrowing func opening(
        of limit: Quota.Limit,
        for party: Address?,
        _ quota: Quota,
        after use: Quota.Use,
        wanting seconds: Int64,
        at now: Timestamp
    ) throws -> Timestamp? {
        guard let window = limit.window else { return nil }
        let span = span(limit, now)
        let oldest: Timestamp?
        switch limit {
        case .running: return nil
        case .hour, .day:
            let count = limit == .hour ? quota.perHour : quota.perDay
            oldest = try bind(UsageSQL.newest(party), party, span + [Int64(max(0, (count ?? 1) - 1))])
                .first { try $0.timestamp(0) }
        case .compute:
            // The oldest ones go first, until there is room. More than the quota has been used where it has been lowered.
            var excess = use.compute - (quota.computePerDay ?? 0) + seconds
            var last: Timestamp?
            try bind(UsageSQL.oldest(party), party, span).rows { row in
                guard excess > 0 else { return }
                excess -= try row.int64(1)
                last = try row.timestamp(0)
            }
            oldest = last
        }
        // A limit of none opens never, and is asked again now and then.
        return max(now + .seconds(1), (oldest ?? now) + window)
    }

    /// The time in which is counted: after the first, up to the second.
    private func span(_ limit: Quota.Limit, _ now: Timestamp) -> [Int64] {
        limit.window.map { [(now - $0).milliseconds, (now + clockDrift).milliseconds] } ?? []
    }

    private borrowing func number(_ sql: String, _ party: Address?, _ numbers: [Int64] = []) throws -> Int {
        let value = try bind(sql, party, numbers).first { try $0.optionalInt64(0) } ?? nil
        return Int(clamping: value ?? 0)
    }

    private borrowing func bind(_ sql: String, _ party: Address?, _ numbers: [Int64]) throws -> Statement {
        let statement = try prepare(sql)
        if let party { party.bind(to: statement, at: 1) }
        for (index, number) in numbers.enumerated() { statement.bind(index + (party == nil ? 1 : 2), number) }
        return statement
    }
}

/// Each of one party, or of all where it names none.
enum UsageSQL {
    /// Requests with a job that has not ended; one whose log is gone may still have it.
    static let isRunning = """
        (state IN ('accepted', 'submitted') OR (state = 'orphaned' AND orphaned_from IN ('accepted', 'submitted')))
        """
    static func running(_ party: Address?) -> String {
        "SELECT count(*) FROM request WHERE \(isRunning)\(party == nil ? "" : " AND party = ?")"
    }
    static func begun(_ party: Address?) -> String { "SELECT count(*) \(within(party))" }
    static func seconds(_ party: Address?) -> String { "SELECT sum(seconds) \(within(party))" }
    static func newest(_ party: Address?) -> String {
        "SELECT admitted_at \(within(party)) ORDER BY admitted_at DESC LIMIT 1 OFFSET ?"
    }
    static func oldest(_ party: Address?) -> String {
        "SELECT admitted_at, seconds \(within(party)) ORDER BY admitted_at"
    }

    private static func within(_ party: Address?) -> String {
        "FROM usage WHERE \(party == nil ? "" : "party = ? AND ")admitted_at > ? AND admitted_at <= ?"
    }
}
