internal import RelayCore
internal import Synchronization
package import Telemetry
package import Transport

/// Says once when something we depend on goes away, now and then while it stays away, and once when it is back.
package final class Outages: Sendable {
    private let reports = Mutex<[String: OutageReport]>([:])
    private let log: Logger
    private let time: any TimeSource

    package init(log: Logger, time: any TimeSource) {
        self.log = log
        self.time = time
    }

    /// Notes a failed call; `what` is a fixed word, as `chain node` or `orchestrator`.
    package func failed(_ what: String, _ error: some Error) {
        let announcement = reports.withLock { $0[what, default: OutageReport()].failed(at: time.now()) }
        if let announcement { announce(announcement, of: what, cause: "\(error)") }
    }

    package func recovered(_ what: String) {
        let announcement = reports.withLock { reports -> OutageReport.Announcement? in
            guard var report = reports[what] else { return nil }
            defer { reports[what] = report }
            return report.recovered(at: time.now())
        }
        if let announcement { announce(announcement, of: what, cause: "") }
    }

    /// Says what an `OutageReport` of somebody else's has to say.
    package func announce(_ announcement: OutageReport.Announcement, of what: String, cause: String) {
        switch announcement {
        case .down:
            log.warning("not reachable", ["outage.of": what, "error": cause])
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

    /// What is down now.
    package var current: [String] { reports.withLock { $0.filter(\.value.isDown).map(\.key).sorted() } }
}
