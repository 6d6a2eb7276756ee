/// How much of the operator's compute may be begun and run: by one requester, or by all of them together.
package struct Quota: Equatable, Sendable {
    /// Jobs at a time; nil: no rule, as in the other limits.
    package var running: Int?
    /// Jobs begun within any hour.
    package var perHour: Int?
    /// Jobs begun within any 24 hours.
    package var perDay: Int?
    /// Seconds of compute within any 24 hours, each node's for itself.
    ///
    /// A job under way counts with its time-out, one that has ended with the time that it took.
    package var computePerDay: Int64?

    package init(running: Int? = nil, perHour: Int? = nil, perDay: Int? = nil, computePerDay: Int64? = nil) {
        self.running = running
        self.perHour = perHour
        self.perDay = perDay
        self.computePerDay = computePerDay
    }

    /// One of the limits; programs may rely on the raw values.
    package enum Limit: String, CaseIterable, Sendable {
        case running = "quota-running"
        case hour = "quota-hour"
        case day = "quota-day"
        case compute = "quota-compute"

        /// The time in which is counted; nil: what is so now.
        package var window: Duration? {
            switch self {
            case .running: nil
            case .hour: .seconds(3_600)
            case .day, .compute: .seconds(86_400)
            }
        }
    }

    /// What has been used; only what a limit counts need be known.
    package struct Use: Equatable, Sendable {
        package var running = 0
        package var hour = 0
        package var day = 0
        package var compute: Int64 = 0

        package init(running: Int = 0, hour: Int = 0, day: Int = 0, compute: Int64 = 0) {
            self.running = running
            self.hour = hour
            self.day = day
            self.compute = compute
        }
    }

    /// The limit that lets no job of so many seconds of compute begin now; nil: it may.
    package func reached(by use: Use, wanting seconds: Int64 = 1) -> Limit? {
        if let running, use.running >= running { return .running }
        if let perHour, use.hour >= perHour { return .hour }
        if let perDay, use.day >= perDay { return .day }
        if let computePerDay, seconds > computePerDay - min(use.compute, computePerDay) { return .compute }
        return nil
    }

    /// How many jobs may begin now, as far as their number is limited.
    package func room(after use: Use) -> Int {
        guard reached(by: use) == nil else { return 0 }
        return [(running, use.running), (perHour, use.hour), (perDay, use.day)].compactMap { limit, used in
            limit.map { $0 - used }
        }.min() ?? .max
    }

    /// The limit in the settings' words, such as `10 jobs an hour`.
    package func text(of limit: Limit) -> String {
        switch limit {
        case .running: "\(running ?? 0) at a time"
        case .hour: "\(perHour ?? 0) an hour"
        case .day: "\(perDay ?? 0) a day"
        case .compute: "\(computePerDay ?? 0) s of compute a day"
        }
    }
}

/// The quotas of a relayer, and how long they let a request wait.
package struct Quotas: Equatable, Sendable {
    /// Of each requester.
    package var requester: Quota
    /// Of all together; how many jobs run at a time is no part of it.
    package var all: Quota
    /// What has waited for so long is refused.
    package var patience: Duration

    package init(requester: Quota = Quota(), all: Quota = Quota(), patience: Duration = .seconds(86_400)) {
        self.requester = requester
        self.all = all
        self.patience = patience
    }
}

extension Quotas {
    /// Why a job of so many seconds of compute may never run, whatever others have used; nil: it may.
    package func refusal(ofAlone seconds: Int64) -> JobRefusal? {
        for (scope, quota) in [(QuotaBlock.Scope.requester, requester), (.all, all)] {
            let own = Quota(computePerDay: quota.computePerDay)
            guard let limit = own.reached(by: Quota.Use(), wanting: seconds) else { continue }
            let block = QuotaBlock(scope: scope, limit: limit, allowed: own.text(of: limit), until: nil)
            return JobRefusal(alone: seconds, exceeds: block)
        }
        return nil
    }
}

/// A limit that lets a request wait.
package struct QuotaBlock: Error, Equatable, Sendable {
    /// Whose limit it is.
    package enum Scope: String, Sendable {
        case requester
        case all
    }

    package let scope: Scope
    package let limit: Quota.Limit
    /// The limit in words, such as `10 an hour`.
    package let allowed: String
    /// When it may let the next one go; nil: when a job ends.
    package let until: Timestamp?

    package init(scope: Scope, limit: Quota.Limit, allowed: String, until: Timestamp?) {
        self.scope = scope
        self.limit = limit
        self.allowed = allowed
        self.until = until
    }

    /// For people and for the chain.
    package var text: String {
        switch scope {
        case .requester: "the requester's quota of jobs is \(allowed)"
        case .all: "the relayer's quota of jobs is \(allowed)"
        }
    }

    /// The setting that holds it.
    package var key: String {
        let name =
            switch limit {
            case .running: "running"
            case .hour: "perHour"
            case .day: "perDay"
            case .compute: "computePerDay"
            }
        return "policy.quotas.\(scope.rawValue).\(name)"
    }
}

extension JobRefusal {
    /// The answer to a request that has waited in vain.
    package init(_ block: QuotaBlock, after patience: Duration) {
        let waited = "waited \(patience.components.seconds) s in vain"
        self.init(
            code: block.limit.rawValue,
            text: "refused by the operator's policy: \(block.limit.rawValue): \(block.text), and it has \(waited)",
            detail: "\(block.limit.rawValue): \(block.text) (\(block.key)), and it has \(waited)"
                + " (policy.quotas.patience)",
            objections: [],
            source: "policy"
        )
    }

    /// The answer to a request whose job alone would be too much.
    fileprivate init(alone seconds: Int64, exceeds block: QuotaBlock) {
        let asked = "its job may take \(seconds) s of compute"
        self.init(
            code: block.limit.rawValue,
            text: "refused by the operator's policy: \(block.limit.rawValue): \(asked), and \(block.text)",
            detail: "\(block.limit.rawValue): \(asked), and \(block.text) (\(block.key))",
            objections: [],
            source: "policy"
        )
    }
}
