internal import RelayCore
internal import Synchronization
package import Telemetry
package import Transport

/// Says once when something we depend on goes away, now and then while it stays away, and once when it is back.
///
/// What comes and goes (one method of a node fails while the others work) is spoken of once a minute at most.
package final class Outages: Sendable {
    /// From one word of an outage to the next of the same thing, at least; milliseconds.
    private static let pause: Int64 = 60_000
    /// Whatever is asked again is asked within this time; an older failure tells nothing of now; milliseconds.
    private static let memory: Int64 = 900_000

    private struct Entry {
        var report = OutageReport()
        var spokenAt: Int64?
        var failedAt: Int64 = .min
        var cause = ""
        /// The outage of now began too soon after the last one to be told.
        var isUntold = false
    }

    private let entries = Mutex<[String: Entry]>([:])
    private let log: Logger
    private let time: any TimeSource

    package init(log: Logger, time: any TimeSource) {
        self.log = log
        self.time = time
    }

    /// Notes a failed call; `what` is a fixed word, as `chain node` or `orchestrator`.
    ///
    /// What fails in a task that is cancelled says nothing of the other side.
    package func failed(_ what: String, _ error: some Error) {
        guard !Task.isCancelled else { return }
        let now = time.now()
        let cause = "\(error)"
        let announcement = entries.withLock { entries -> OutageReport.Announcement? in
            let announcement = entries[what, default: Entry()].report.failed(at: now)
            entries[what]?.failedAt = now
            entries[what]?.cause = cause
            if case .down? = announcement, let last = entries[what]?.spokenAt, now - last < Self.pause {
                entries[what]?.isUntold = true
                return nil
            }
            if announcement != nil {
                entries[what]?.spokenAt = now
                entries[what]?.isUntold = false
            }
            return announcement
        }
        if let announcement { announce(announcement, of: what, cause: cause) }
    }

    package func recovered(_ what: String) {
        let announcement = entries.withLock { entries -> OutageReport.Announcement? in
            guard let announcement = entries[what]?.report.recovered(at: time.now()) else { return nil }
            return entries[what]?.isUntold == true ? nil : announcement
        }
        if let announcement { announce(announcement, of: what, cause: "") }
    }

    /// Nobody asks for it any more: whether it is back is not known.
    package func forget(_ what: String) { entries.withLock { $0[what] = nil } }

    /// Says what an `OutageReport` of somebody else's has to say.
    package func announce(_ announcement: OutageReport.Announcement, of what: String, cause: String) {
        switch announcement {
        case .down:
            log.warning("not reachable", ["outage.of": what, "setting": Self.setting(what), "error": cause])
        case .stillDown(let duration, let failures):
            log.warning(
                "still not reachable",
                ["outage.of": what, "outage.s": duration.components.seconds, "failures": failures, "error": cause]
            )
        case .back(let duration, let failures):
            log.info(
                "reachable again",
                ["outage.of": what, "outage.s": duration.components.seconds, "failures": failures]
            )
        }
    }

    /// Where an operator looks first; all orchestrators but the first are told with their names.
    private static func setting(_ what: String) -> String? {
        let isNamed = what.hasPrefix("orchestrator ") || what.hasPrefix("submission of jobs at ")
        return settings[what] ?? (isNamed ? "bacalhau.fallbacks" : nil)
    }

    private static let settings = [
        "chain node": "chain.rpc", settlement: "chain.rpc", admission: "chain.rpc", replay: "chain.rpc",
        "chain head": "chain.rpc", "finality": "chain.rpc", "second reading": "chain.rpc", "count of jobs": "chain.rpc",
        "WebSocket": "chain.rpc[].ws", "orchestrator": "bacalhau.api",
        "submission of jobs": "bacalhau.apiKeyFile or bacalhau.passwordFile",
        files: "results",
    ]

    /// What is down now, as far as it has been asked of late.
    package var current: [String] { reasons.map(\.what) }

    /// The same, each with the error that was seen last.
    package var reasons: [(what: String, cause: String)] {
        let oldest = time.now() - Self.memory
        return entries.withLock { entries in
            entries.filter {
                !$0.key.hasPrefix(Self.submission) && $0.value.report.isDown && $0.value.failedAt > oldest
            }
            .map { (what: $0.key, cause: $0.value.cause) }.sorted { $0.what < $1.what }
        }
    }

    // What each asks for of the chain node is an outage of its own: a node may serve blocks and no receipts, and whoever
    // is answered knows nothing of the others' questions.
    package static let settlement = "chain node (settlement)"
    package static let admission = "chain node (admission)"
    package static let replay = "chain node (replay)"

    package static let files = "published files"

    /// A submission without a clear answer, which a stranger's spec can bring about: spoken of, and not counted as down.
    package static let submission = "a submission"
}
