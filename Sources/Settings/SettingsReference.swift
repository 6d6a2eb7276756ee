/// Every key of a program's settings, from the code that reads them.
package struct SettingsReference {
    let members: [KeyDescription]

    /// Runs `read` without a file; `prefix` is the environment's, as in `EnvironmentOverrides`.
    package init<Value>(prefix: String, _ read: (Section) -> Value) {
        let reading = Reading(directory: "", prefix: prefix, isDescribing: true)
        let root = Section([], path: "", place: .environment(prefix), reading: reading)
        _ = read(root)
        members = root.members
    }

    /// The dotted path of each key that a file may have, sections too, in order: `chain`, `chain.rpc[]`, `chain.rpc[].url`.
    package var keys: [String] {
        rows.filter { !$0.isSecret }.map(\.path)
    }

    /// A Markdown table with a row for each key.
    package var markdown: String {
        let head = ["| Key | Value | Default | Meaning |", "| --- | --- | --- | --- |"]
        return (head + rows.map(\.markdown)).joined(separator: "\n") + "\n"
    }

    private var rows: [Row] { Self.rows(members, under: "") }

    private static func rows(_ members: [KeyDescription], under path: String) -> [Row] {
        members.flatMap { member in
            let key = path.isEmpty ? member.key : "\(path).\(member.key)"
            switch member.shape {
            case .section(let nested): return [Row(member, key, "section")] + rows(nested, under: key)
            case .sections(let nested, let count):
                return [Row(member, key + "[]", "\(text(count)) sections")] + rows(nested, under: key + "[]")
            case .value(_, let expectation): return [Row(member, key, expectation)]
            case .values(_, let expectation, let count):
                return [Row(member, key + "[]", "\(text(count)) of: \(expectation)")]
            case .secret(let variable): return [Row(member, key, "secret, only by the variable `\(variable)`")]
            }
        }
    }

    private static func text(_ count: ClosedRange<Int>) -> String { "\(count.lowerBound) to \(count.upperBound)" }
}

/// A key as the table shows it.
private struct Row {
    let path: String
    let isSecret: Bool
    let cells: [String]

    init(_ member: KeyDescription, _ path: String, _ value: String) {
        self.path = path
        isSecret = if case .secret = member.shape { true } else { false }
        let presence =
            switch member.presence {
            case .required: "required"
            case .optional: "optional"
            case .defaulted(let text): "`\(text)`"
            case .defaultedList(let texts): texts.map { "`\($0)`" }.joined(separator: ", ")
            }
        cells = ["`\(path)`", value, presence, member.help]
    }

    var markdown: String {
        let escaped = cells.map { cell in cell.map { $0 == "|" ? "\\|" : String($0) }.joined() }
        return "| " + escaped.joined(separator: " | ") + " |"
    }
}
