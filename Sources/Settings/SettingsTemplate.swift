import Formats

extension SettingsReference {
    /// A settings file with every key and its explanation, for people to edit.
    ///
    /// Keys with a value in `values`, by dotted path with `[]` for the first item of a list, are set. The others are
    /// commented out as `#key: value`, with no space, and show their default or their sample.
    package func template(values: [String: String], samples: [String: String] = [:]) -> String {
        let template = SettingsTemplate(values: values, samples: samples)
        let sections = members.map { template.lines($0, path: $0.key, indent: "").joined(separator: "\n") + "\n" }
        return sections.joined(separator: "\n")
    }
}

private struct SettingsTemplate {
    let values: [String: String]
    let samples: [String: String]

    /// A key's explanation, the key, and what is nested in it; `isOff` where what it is nested in is left out.
    func lines(_ member: KeyDescription, path: String, indent: String, isOff: Bool = false) -> [String] {
        // A secret has no key here; the key of its file says how else it is given.
        if case .secret = member.shape { return [] }
        return explanation(member, indent) + keyLines(member, path: path, indent: indent, isOff: isOff)
    }

    private func keyLines(_ member: KeyDescription, path: String, indent: String, isOff: Bool) -> [String] {
        switch member.shape {
        case .secret: []
        case .value: [line(member, value: values[path], sample: samples[path], indent)]
        case .values: [line(member, value: values[path + "[]"], sample: samples[path + "[]"], indent, isList: true)]
        case .section(let nested):
            nest(member, nested, path, indent, indent + "  ", isOff: isOff || isLeftOut(member, path))
        case .sections(let nested, _):
            bulleted(
                nest(
                    member,
                    nested,
                    path + "[]",
                    indent,
                    indent + "    ",
                    isOff: isOff || isLeftOut(member, path + "[]")
                ),
                indent
            )
        }
    }

    private func nest(
        _ member: KeyDescription,
        _ nested: [KeyDescription],
        _ path: String,
        _ indent: String,
        _ deeper: String,
        isOff: Bool
    ) -> [String] {
        ["\(indent)\(isOff ? "#" : "")\(member.key):"]
            + nested.flatMap { lines($0, path: "\(path).\($0.key)", indent: deeper, isOff: isOff) }
    }

    /// Whether the section, or the list of sections, is one that may be left out as a whole, and is.
    private func isLeftOut(_ member: KeyDescription, _ path: String) -> Bool {
        member.isOptionalSection && !values.keys.contains { $0.hasPrefix(path + ".") }
    }

    private func line(
        _ member: KeyDescription,
        value: String?,
        sample: String?,
        _ indent: String,
        isList: Bool = false
    ) -> String {
        if value == nil, case .defaultedList(let texts) = member.presence {
            return "\(indent)#\(member.key): [\(texts.map(scalar).joined(separator: ", "))]"
        }
        let words = value ?? sample ?? member.sample
        // Of a list a sample may show several.
        let text =
            isList ? words.split(separator: ", ").map { scalar(String($0)) }.joined(separator: ", ") : scalar(words)
        return "\(indent)\(value == nil ? "#" : "")\(member.key): \(isList ? "[\(text)]" : text)"
    }

    /// A list's own line and those of its item: its first key that is set carries the dash, or its first key where none is
    /// set.
    private func bulleted(_ lines: [String], _ indent: String) -> [String] {
        var lines = lines
        let texts = lines.map { $0.drop { $0 == " " } }
        if let first = texts.dropFirst().firstIndex(where: { !$0.hasPrefix("#") }) {
            lines[first] = "\(indent)  - \(lines[first].dropFirst(indent.count + 4))"
        } else if let first = texts.dropFirst().firstIndex(where: { !$0.hasPrefix("# ") }) {
            lines[first] = "\(indent)  #- \(lines[first].dropFirst(indent.count + 5))"
        }
        return lines
    }

    private func explanation(_ member: KeyDescription, _ indent: String) -> [String] {
        let presence =
            switch (member.shape, member.presence) {
            case (_, .required): ""
            case (.section, _) where !member.isOptionalSection: ""
            case (_, .optional): " Optional."
            case (_, .defaulted(let text)): " Default: \(text)."
            case (_, .defaultedList(let texts)): " Default: \(texts.joined(separator: ", "))."
            }
        let text = (member.help + presence).split(separator: " ").map(String.init)
        return wrapped(text, width: 100 - indent.count).map { "\(indent)# \($0)" }
    }

    private func wrapped(_ words: [String], width: Int) -> [String] {
        words.reduce(into: [String]()) { lines, word in
            guard let last = lines.last, last.count + 1 + word.count <= width else { return lines.append(word) }
            lines[lines.count - 1] = last + " " + word
        }
    }

    /// A text as a YAML scalar that reads back as itself.
    private func scalar(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch UInt8(byte) {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: "_./:%?=&+@-".utf8.contains(byte)
            }
        }
        let startsPlain = text.first.map { $0.isLetter || $0.isNumber || $0 == "/" || $0 == "." } ?? false
        guard isPlain, startsPlain, text.last != ":", !Scalar(text: text, isPlain: true).isNothing else {
            return "'" + text.map { $0 == "'" ? "''" : String($0) }.joined() + "'"
        }
        return text
    }
}

extension KeyDescription {
    /// A section whose keys are required only where it is written, or a list that may be empty.
    fileprivate var isOptionalSection: Bool {
        switch shape {
        case .section(let nested): presence == .optional && nested.contains { $0.presence == .required }
        case .sections(_, let count): count.contains(0)
        case .value, .values, .secret: false
        }
    }

    /// What stands for a value where none is set.
    fileprivate var sample: String {
        if case .defaulted(let text) = presence { return text }
        return switch shape {
        case .value(let schema, _), .values(let schema, _, _): schema.sample
        case .section, .sections, .secret: ""
        }
    }
}

extension ValueSchema {
    fileprivate var sample: String {
        switch self {
        case .text, .scalar: "text"
        case .path: "path"
        case .integer(let minimum, _): minimum
        case .numberOrText: "1"
        case .boolean: "true"
        case .choice(let words): words.first ?? ""
        }
    }
}
