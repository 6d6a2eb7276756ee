package import Formats

extension Section {
    /// A section; one that is left out counts as empty.
    package func section<Value>(_ key: String, _ help: String, _ read: (Section) -> Value) -> Value {
        let section = reading.open(node(key) ?? Node(content: .mapping([]), place: place), at: path(to: key))
        let value = section.finish(read)
        let isNeeded = section.members.contains { $0.presence == .required }
        describe(key, .section(section.members), isNeeded ? .required : .optional, help)
        return value
    }

    /// A section that may be left out, and then is nil; the keys that it requires are required where it is written.
    package func optionalSection<Value>(_ key: String, _ help: String, _ read: (Section) -> Value) -> Value? {
        guard let node = node(key) else {
            describe(key, .section(pattern(at: path(to: key), read)), .optional, help)
            return nil
        }
        let section = reading.open(node, at: path(to: key))
        let value = section.finish(read)
        describe(key, .section(section.members), .optional, help)
        return value
    }

    /// A list of sections; it may be left out if it may be empty.
    package func list<Value>(
        _ key: String,
        _ count: ClosedRange<Int>,
        _ help: String,
        _ read: (Section) -> Value
    ) -> [Value] {
        let sections = items(key, count, "sections").enumerated().map {
            reading.open($1, at: "\(path(to: key))[\($0)]")
        }
        let values = sections.map { $0.finish(read) }
        let members = sections.first?.members ?? pattern(at: path(to: key) + "[]", read)
        describe(key, .sections(members, count), presence(count), help)
        return values
    }

    /// A list of single values; it may be left out if it may be empty.
    package func list<Value>(
        _ key: String,
        _ count: ClosedRange<Int>,
        _ format: Format<Value>,
        _ help: String
    ) -> [Value] {
        describe(key, .values(format.schema, format.expectation, count), presence(count), help)
        return values(key, count, format)
    }

    /// A list of single values that has some where it is left out.
    package func list<Value>(
        _ key: String,
        _ count: ClosedRange<Int>,
        _ format: Format<Value>,
        default: [Value],
        _ help: String
    ) -> [Value] {
        let texts = `default`.map(format.write)
        describe(key, .values(format.schema, format.expectation, count), .defaultedList(texts), help)
        return has(key) ? values(key, count, format) : `default`
    }

    /// A list of single values that may be left out, and then is nil: another thing than an empty one.
    package func optionalList<Value>(
        _ key: String,
        _ count: ClosedRange<Int>,
        _ format: Format<Value>,
        _ help: String
    ) -> [Value]? {
        describe(key, .values(format.schema, format.expectation, count), .optional, help)
        return has(key) ? values(key, count, format) : nil
    }

    private func values<Value>(_ key: String, _ count: ClosedRange<Int>, _ format: Format<Value>) -> [Value] {
        let nodes = items(key, count, "items, each \(format.expectation)")
        return nodes.enumerated().map { parse($1, format, at: "\(path(to: key))[\($0)]") }
    }

    private func presence(_ count: ClosedRange<Int>) -> KeyDescription.Presence {
        count.contains(0) ? .optional : .required
    }

    /// What a section of which there is none would hold.
    private func pattern<Value>(at path: String, _ read: (Section) -> Value) -> [KeyDescription] {
        let section = Section([], path: path, place: place, reading: reading.description)
        _ = read(section)
        return section.members
    }

    private func items(_ key: String, _ count: ClosedRange<Int>, _ what: String) -> [Node] {
        let expectation = "a list of \(count.lowerBound) to \(count.upperBound) \(what)"
        guard let node = node(key) else {
            if !count.contains(0) { noteMissing(key, expectation) }
            return []
        }
        guard case .sequence(let items) = node.content else {
            reading.add(node.place, path(to: key), "expected \(expectation), found \(node.shown())")
            return []
        }
        guard count.contains(items.count) else {
            reading.add(node.place, path(to: key), "expected \(expectation), found \(items.count)")
            return Array(items.prefix(count.upperBound))
        }
        return items
    }
}
