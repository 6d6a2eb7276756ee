internal import RelayCore
internal import Synchronization
package import Telemetry
internal import Transport

/// Says once when something we depend on goes away, now and then while it stays away, and once when it is back.
package final class Outages: Sendable {
    private let reports = Mutex<[String: OutageReport]>([:])
    private let log: Logger
    private let time: any TimeSource

    package init(log: Logger, time: any TimeSource) {
        self.log = log
        self.time = time
    }

    /// - Parameter what: `chain node`, `orchestrator` …
    package func failed(_ what: String, _ error: some Error) {
        let announcement = reports.withLock { $0[what, default: OutageReport()].failed(at: time.now()) }
        switch announcement {
        case .down:
            log.warning("not reachable", ["outage.of": what, "error": "\(error)"])
        case .stillDown(let duration, let failures):
            log.warning(
                "still not reachable",
                ["outage.of": what, "outage.s": "\(duration.components.seconds)", "failures": "\(failures)", "error": "\(error)"]
            )
        case .back, nil: break
        }
    }

    package func recovered(_ what: String) {
        let announcement = reports.withLock { reports -> OutageReport.Announcement? in
            guard var report = reports[what] else { return nil }
            defer { reports[what] = report }
            return report.recovered(at: time.now())
        }
        if case .back(let duration, let failures) = announcement {
            log.info(
                "reachable again",
                ["outage.of": what, "outage.s": "\(duration.components.seconds)", "failures": "\(failures)"]
            )
        }
    }

    /// What is down now.
    package var current: [String] { reports.withLock { $0.filter(\.value.isDown).map(\.key).sorted() } }
}
