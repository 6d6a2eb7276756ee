package import JSON
package import RelayCore
package import RelayStore

/// What a relayer said of itself last, as far as others judge by it.
package struct RelayerReport: Sendable {
    package let at: Timestamp
    package let json: JSONValue
    /// In its own words: one that was killed cannot say that it is gone.
    package let saysItRuns: Bool
    /// It waits for what it needs before it can run.
    package let isStarting: Bool
    /// Since when no node has shown a newer head.
    package let headSince: Timestamp?
    /// What could not be reached, with the reason where it is known.
    package let unreachable: [(what: String, reason: String?)]

    package init?(_ overview: Overview) {
        guard let stored = overview.report, let json = try? JSONValue.parse(Array(stored.json.utf8)) else { return nil }
        at = stored.at
        self.json = json
        saysItRuns = json["running"]?.bool == true
        isStarting = json["starting"]?.bool == true
        headSince = json["headSinceMs"]?.int64.map(Timestamp.init(milliseconds:))
        let names = json["unreachable"]?.array?.compactMap(\.string) ?? []
        unreachable = names.map { ($0, json["unreachableReasons"]?[$0]?.string) }
    }
}

/// Whether a relayer does what it is there for, seen from outside.
package struct RelayerHealth: Sendable, Equatable {
    package enum Life: Sendable, Equatable {
        case neverRan
        case gone
        case starting
        case running
    }

    /// A running relayer gives a sign of life every minute.
    private static let silence: Duration = .seconds(90)
    /// One that waits at its start gives it after each try, and a try takes its time.
    private static let startSilence: Duration = .seconds(600)
    /// A chain that stands still for so long, and longer than it rests at times, is followed in vain.
    private static let shortestStandstill: Duration = .seconds(120)

    package let life: Life
    /// For how long no node has shown a newer head, where that is too long.
    package let standstill: Duration?
    /// What is wrong, for people; empty for one that is well.
    package let problems: [String]

    /// - Parameters:
    ///   - overview: what the database says.
    ///   - isHeld: whether a process has the role of this database's relayer.
    ///   - now: the time.
    package init(_ overview: Overview, isHeld: Bool, now: Timestamp) {
        let report = RelayerReport(overview)
        life = Self.life(report, isHeld: isHeld, now: now)
        let isRunning = life == .running
        standstill = isRunning ? Self.standstill(report, overview, now: now) : nil
        var problems: [String] = []
        if !isRunning { problems.append("no relayer runs") }
        if overview.chain.halt != nil { problems.append("it is halted") }
        if isRunning || life == .starting {
            problems += (report?.unreachable ?? []).map { what, reason in
                "unreachable: \(what)" + (reason.map { ": \($0)" } ?? "")
            }
        }
        if let standstill { problems.append("no newer head for \(standstill.components.seconds) s") }
        self.problems = problems
    }

    package var isWell: Bool { problems.isEmpty }

    private static func life(_ report: RelayerReport?, isHeld: Bool, now: Timestamp) -> Life {
        guard let report else { return .neverRan }
        guard isHeld else { return .gone }
        if report.isStarting { return now - report.at < startSilence ? .starting : .gone }
        return report.saysItRuns && now - report.at < silence ? .running : .gone
    }

    private static func standstill(_ report: RelayerReport?, _ overview: Overview, now: Timestamp) -> Duration? {
        guard let since = report?.headSince else { return nil }
        let still = now - since
        return still > max(BlockPace(overview.chain.links).standstill, shortestStandstill) ? still : nil
    }
}
