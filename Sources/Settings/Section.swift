package import Formats

/// A mapping of the settings, read key by key.
///
/// Each accessor checks one key and describes it, so the code that reads the settings is also their reference and their
/// schema. A problem is noted, and a stand-in goes on in the value's place, so that one run shows every problem; no
/// stand-in leaves this module, because `Settings.read` then throws. A key that no accessor has asked for is unknown.
package final class Section {
    let reading: Reading
    let place: Place
    private let entries: [String: Node.Entry]
    private let path: String
    private(set) var members: [KeyDescription] = []

    init(_ entries: [Node.Entry], path: String, place: Place, reading: Reading) {
        self.entries = Dictionary(entries.map { ($0.key, $0) }) { first, _ in first }
        self.path = path
        self.place = place
        self.reading = reading
    }

    // MARK: Single values

    /// A value that must be there.
    package func value<Value>(_ key: String, _ format: Format<Value>, _ help: String) -> Value {
        describe(key, .value(format.schema, format.expectation), .required, help)
        guard let node = node(key) else {
            noteMissing(key, format.expectation)
            return format.standIn
        }
        return parse(node, format, at: path(to: key))
    }

    /// A value that may be left out.
    package func value<Value>(_ key: String, _ format: Format<Value>, default: Value, _ help: String) -> Value {
        describe(key, .value(format.schema, format.expectation), .defaulted(format.write(`default`)), help)
        return node(key).map { parse($0, format, at: path(to: key)) } ?? `default`
    }

    /// A value that may be left out, and then is nil.
    package func optional<Value>(_ key: String, _ format: Format<Value>, _ help: String) -> Value? {
        describe(key, .value(format.schema, format.expectation), .optional, help)
        return node(key).map { parse($0, format, at: path(to: key)) }
    }

    // MARK: Paths

    /// A path that must be there; a relative one starts at the settings file's own folder.
    package func path(_ key: String, _ help: String) -> String { resolved(value(key, .path, help)) }

    /// A path that may be left out; a relative one, the default too, starts at the settings file's own folder.
    package func path(_ key: String, default: String, _ help: String) -> String {
        resolved(value(key, .path, default: `default`, help))
    }

    /// A path that may be left out, and then is nil.
    package func optionalPath(_ key: String, _ help: String) -> String? { optional(key, .path, help).map(resolved) }

    private func resolved(_ path: String) -> String {
        if path.hasPrefix("/") || reading.directory.isEmpty { return path }
        return reading.directory + (reading.directory.hasSuffix("/") ? "" : "/") + path
    }

    // MARK: Checks of the program's own

    /// Whether the key is written anywhere.
    package func has(_ key: String) -> Bool { entries[key] != nil }

    /// Notes a problem that a format cannot see, such as two keys that exclude each other, at the key's place.
    package func refuse(_ key: String, _ message: String) {
        reading.add(node(key)?.place ?? place, path(to: key), message)
    }

    /// How many problems have been noted so far, anywhere.
    ///
    /// What is put together of several values is best left alone once one of them has been refused.
    package var problemCount: Int { reading.problems.count }

    /// Notes a problem of the section as a whole.
    package func refuse(_ message: String) { reading.add(place, path, message) }

    // MARK: What the accessors share

    func node(_ key: String) -> Node? { entries[key]?.value }

    func path(to key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    func noteMissing(_ key: String, _ expectation: String) {
        reading.add(place, path(to: key), "this key is required: \(expectation)")
    }

    func parse<Value>(_ node: Node, _ format: Format<Value>, at path: String) -> Value {
        do throws(Misfit) {
            guard case .scalar(let scalar) = node.content, !scalar.isNothing else { throw .plain }
            guard scalar.isPlain || !format.schema.isBare else { throw .plain }
            return try format.parse(scalar.text)
        } catch {
            let reason = error.reason.map { ": \($0)" } ?? ""
            let found = node.shown(format.show)
            reading.add(node.place, path, "expected \(format.expectation), found \(found)\(reason)")
            return format.standIn
        }
    }

    func describe(_ key: String, _ shape: KeyDescription.Shape, _ presence: KeyDescription.Presence, _ help: String) {
        members.append(KeyDescription(key: key, shape: shape, presence: presence, help: help))
    }

    /// Reads the section, then notes the keys that nobody asked for.
    func finish<Value>(_ read: (Section) -> Value) -> Value {
        let value = read(self)
        let known = members.map(\.key)
        for (key, entry) in entries where !known.contains(key) {
            let remedy =
                nearestName(to: key, among: known).map { "did you mean \(quoted($0))?" }
                ?? "known here: \(known.joined(separator: ", "))"
            reading.add(entry.place, path, "unknown key \(quoted(key)); \(remedy)")
        }
        return value
    }
}
