/// What has become of a seed.
package struct SimulationReport: Sendable {
    package let seed: UInt64
    /// What does not hold; empty: all is well.
    package let failures: [String]
    /// What happened, where it was asked for.
    package let trace: [String]
    package let looks: Int
    package let calls: Int
    package let commits: Int
    /// Times that following stood still, deaths, and reorganisations that the follower saw.
    package let halts: Int
    package let deaths: Int
    package let rewinds: Int64
    /// What was met on the way.
    package let situations: Set<SimulatedSituation>

    package var isSound: Bool { failures.isEmpty }

    /// Of a seed that could not be played.
    init(refusing seed: UInt64, _ reason: String) {
        self.init(
            seed: seed,
            failures: [reason],
            trace: [],
            looks: 0,
            calls: 0,
            commits: 0,
            halts: 0,
            deaths: 0,
            rewinds: 0,
            situations: []
        )
    }

    init(
        seed: UInt64,
        failures: [String],
        trace: [String],
        looks: Int,
        calls: Int,
        commits: Int,
        halts: Int,
        deaths: Int,
        rewinds: Int64,
        situations: Set<SimulatedSituation>
    ) {
        self.seed = seed
        self.failures = failures
        self.trace = trace
        self.looks = looks
        self.calls = calls
        self.commits = commits
        self.halts = halts
        self.deaths = deaths
        self.rewinds = rewinds
        self.situations = situations
    }
}

/// What has become of many seeds.
package struct SimulationSum: Sendable, CustomStringConvertible {
    package private(set) var failed: [UInt64] = []
    package private(set) var halts = 0
    package private(set) var deaths = 0
    package private(set) var rewinds: Int64 = 0
    private var looks = 0
    private var calls = 0
    private var commits = 0
    /// Seeds in which each was met.
    private var met: [SimulatedSituation: Int] = [:]

    package init() {}

    /// What no seed has brought about.
    package var unmet: [SimulatedSituation] { SimulatedSituation.allCases.filter { met[$0] == nil } }

    package mutating func add(_ report: SimulationReport) {
        if !report.isSound { failed.append(report.seed) }
        halts += report.halts
        deaths += report.deaths
        rewinds += report.rewinds
        looks += report.looks
        calls += report.calls
        commits += report.commits
        for situation in report.situations { met[situation, default: 0] += 1 }
    }

    package var description: String {
        "chain: \(looks) looks, \(calls) calls, \(commits) commits, \(rewinds) reorganisations seen, \(halts) halts, "
            + "\(deaths) deaths\nseeds with: "
            + SimulatedSituation.allCases.map { "\($0.rawValue) \(met[$0, default: 0])" }.joined(separator: ", ")
    }
}
