import JSON
import Relay

extension Diagnosis {
    /// A line for each finding, its remedy below it, then the settings that are proposed, then the sum.
    var text: String {
        let width = findings.map(\.subject.count).max() ?? 0
        var lines: [String] = []
        for finding in findings {
            let level = finding.level.rawValue.padded(to: 7)
            lines.append(
                "\(level)  \(finding.subject.padded(to: width))  \(finding.check): \(finding.seen.shown(limit: 600))"
            )
            guard let remedy = finding.remedy else { continue }
            lines.append("\("".padded(to: 7 + 2 + width))  → \(remedy.shown(limit: 600))")
        }
        if !proposals.isEmpty { lines += ["", "proposed settings, as measured:"] + yaml }
        lines += ["", "doctor: \(sum)"]
        return lines.joined(separator: "\n") + "\n"
    }

    private var sum: String {
        func count(_ level: Finding.Level) -> Int { findings.count { $0.level == level } }
        let (warnings, errors) = (count(.warning), count(.error))
        return
            "\(count(.ok)) ok, \(warnings) warning\(warnings == 1 ? "" : "s"), \(errors) error\(errors == 1 ? "" : "s")"
    }

    /// The proposals as they stand in a settings file, each parent named once.
    var yaml: [String] {
        var lines: [String] = []
        var open: [String] = []
        for proposal in proposals.sorted(by: { $0.key < $1.key }) {
            let path = proposal.key.split(separator: ".").map(String.init)
            let parents = Array(path.dropLast())
            let shared = zip(parents, open).prefix { $0 == $1 }.count
            for depth in shared..<parents.count { lines.append("\("".padded(to: depth * 2))\(parents[depth]):") }
            open = parents
            let indent = "".padded(to: parents.count * 2)
            lines.append("\(indent)\(path.last ?? ""): \(proposal.value)  # \(proposal.reason.shown())")
        }
        return lines
    }

    var json: JSONValue {
        [
            "level": .string(level.rawValue),
            "findings": .array(
                findings.map { finding in
                    [
                        "level": .string(finding.level.rawValue), "subject": .string(finding.subject),
                        "check": .string(finding.check), "seen": .string(finding.seen),
                        "remedy": finding.remedy.map { .string($0) } ?? .null,
                    ]
                }
            ),
            "proposals": .array(
                proposals.map { proposal in
                    [
                        "key": .string(proposal.key), "value": .string(proposal.value),
                        "reason": .string(proposal.reason),
                    ]
                }
            ),
        ]
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
