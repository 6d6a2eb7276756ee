/// One line of what a doctor says: what was looked at, how it is, what was seen, what to do.
package struct Finding: Sendable, Equatable {
    package enum Level: String, Sendable, Comparable, CaseIterable {
        case ok
        /// It works, and not as well as it should.
        case warning
        /// `run` would refuse to start, or requests would go without an answer.
        case error

        package static func < (left: Level, right: Level) -> Bool { left.weight < right.weight }

        private var weight: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    package var level: Level
    /// What it is about, by the settings' own name: `chain.rpc[0]`, `contracts[1]`, `database`.
    package var subject: String
    /// Which of its sides, in a word or two.
    package var check: String
    package var seen: String
    /// What to do; nil where there is nothing to do.
    package var remedy: String?

    package init(_ level: Level, _ subject: String, _ check: String, _ seen: String, remedy: String? = nil) {
        self.level = level
        self.subject = subject
        self.check = check
        self.seen = seen
        self.remedy = remedy
    }
}

/// A setting that measurement speaks for.
package struct Proposal: Sendable, Equatable {
    /// As `chain.confirmations.settle`.
    package var key: String
    /// As it stands in YAML.
    package var value: String
    package var reason: String

    package init(_ key: String, _ value: String, _ reason: String) {
        self.key = key
        self.value = value
        self.reason = reason
    }
}

/// What a doctor says.
package struct Diagnosis: Sendable, Equatable {
    package var findings: [Finding]
    package var proposals: [Proposal]

    package init(findings: [Finding], proposals: [Proposal] = []) {
        self.findings = findings
        self.proposals = proposals
    }

    /// The worst that was found.
    package var level: Finding.Level { findings.map(\.level).max() ?? .ok }
}
