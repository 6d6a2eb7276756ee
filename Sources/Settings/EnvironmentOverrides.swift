import Formats

/// Settings from the environment: with the prefix `LILYPAD`, `LILYPAD_CHAIN__RPC__0__URL` sets `chain.rpc[0].url` and
/// `LILYPAD_CHAIN__POLL_INTERVAL` sets `chain.pollInterval`.
///
/// Two underscores go one level down, one begins a word of a key, and a number counts a list's items from 0. Every
/// variable that begins with the prefix and an underscore is a setting, so a misspelt one is refused, not ignored.
package struct EnvironmentOverrides: Sendable {
    /// The prefix without its underscore.
    package let prefix: String
    private let variables: [String: String]

    /// No variable counts.
    package static let none = EnvironmentOverrides([:], prefix: "")

    /// Takes the variables with the prefix, but not the `reserved` ones, which are no settings.
    package init(_ variables: [String: String], prefix: String, reserved: Set<String> = []) {
        self.prefix = prefix
        self.variables = variables.filter { $0.key.hasPrefix(prefix + "_") && !reserved.contains($0.key) }
    }

    /// Deepest path of a variable: as deep as a file may be.
    private static var maximumDepth: Int { YAMLReader.maximumDepth }

    /// Sets what the variables say; returns those that cannot be set.
    func apply(to root: inout Node) -> [Problem] {
        var problems: [Problem] = []
        for override in ordered {
            do throws(Problem) {
                try check(override)
                try root.set(override.path[...], to: override.text, place: .environment(override.name))
            } catch {
                problems.append(error)
            }
        }
        return problems
    }

    private func check(_ override: Override) throws(Problem) {
        let place = Place.environment(override.name)
        guard override.path.count <= Self.maximumDepth else {
            throw Problem(place: place, message: "nested deeper than \(Self.maximumDepth)")
        }
        guard override.name == override.name.uppercased() else {
            let name = Self.variable(prefix: prefix, path: override.path.joined(separator: "."))
            throw Problem(place: place, message: "a setting's variable is written in capitals, such as \(quoted(name))")
        }
    }

    private typealias Override = (name: String, path: [String], text: String)

    /// Items in order, so that a list can be built up, and all in an order that is always the same.
    private var ordered: [Override] {
        let overrides = variables.map {
            (name: $0.key, path: Self.path($0.key.dropFirst(prefix.count + 1)), text: $0.value)
        }
        return overrides.sorted { one, other in
            one.path == other.path
                ? one.name < other.name : one.path.lexicographicallyPrecedes(other.path, by: precedes)
        }
    }

    /// `CHAIN__POLL_INTERVAL` as `chain`, `pollInterval`; what is not in capitals keeps its look.
    private static func path(_ name: Substring) -> [String] {
        segments(name).map { segment in
            guard segment.allSatisfy({ $0.isASCII && ($0.isUppercase || $0.isNumber || $0 == "_") }) else {
                return segment
            }
            let words = segment.lowercased().split(separator: "_", omittingEmptySubsequences: false)
            return words.enumerated().map { $0 == 0 ? String($1) : capitalized($1) }.joined()
        }
    }

    private static func segments(_ name: Substring) -> [String] {
        var segments = [""]
        var rest = name
        while let first = rest.first {
            if rest.hasPrefix("__") {
                segments.append("")
                rest = rest.dropFirst(2)
            } else {
                segments[segments.count - 1].append(first)
                rest = rest.dropFirst()
            }
        }
        return segments
    }

    private static func capitalized(_ word: Substring) -> String { word.prefix(1).uppercased() + word.dropFirst() }

    /// The variable that sets the key at `path`: for `account.keyFile`, `LILYPAD_ACCOUNT__KEY_FILE`; of a list that is
    /// described and not read, its first item's.
    static func variable(prefix: String, path: String) -> String {
        var name = prefix + "_"
        for character in path {
            switch character {
            case ".", "[": name += "__"
            case "]": name += name.hasSuffix("_") ? "0" : ""
            case _ where character.isUppercase: name += "_\(character)"
            default: name += character.uppercased()
            }
        }
        return name
    }
}

/// A list item's number as it must be written: no sign, no leading zero.
private func itemNumber(_ key: String) -> Int? {
    guard let number = Int(key), number >= 0, String(number) == key else { return nil }
    return number
}

/// Numbers in their order, then words in theirs.
private func precedes(_ one: String, _ other: String) -> Bool {
    switch (itemNumber(one), itemNumber(other)) {
    case (let one?, let other?): one < other
    case (_?, nil): true
    case (nil, _?): false
    case (nil, nil): one < other
    }
}

extension Node {
    /// Sets one value, with the sections and list items on the way to it.
    fileprivate mutating func set(_ path: ArraySlice<String>, to text: String, place: Place) throws(Problem) {
        guard let key = path.first else {
            self = Node(content: .scalar(Scalar(text: text, isPlain: true)), place: place)
            return
        }
        switch content {
        case .sequence(var items):
            try Self.set(&items, key, path.dropFirst(), to: text, place: place)
            content = .sequence(items)
        case .mapping(var entries):
            try Self.set(&entries, key, path.dropFirst(), to: text, place: place)
            content = .mapping(entries)
        case .scalar(let scalar) where scalar.isNothing:
            self = Self.empty(for: path, place)
            try set(path, to: text, place: place)
        case .scalar:
            throw Problem(place: place, message: "\(quoted(key)) would be inside a single value")
        }
    }

    private static func set(
        _ items: inout [Node],
        _ key: String,
        _ rest: ArraySlice<String>,
        to text: String,
        place: Place
    ) throws(Problem) {
        guard let index = itemNumber(key), index <= items.count else {
            throw Problem(
                place: place,
                message: "expected an item's number from 0 to \(items.count), found \(quoted(key))"
            )
        }
        if index == items.count { items.append(empty(for: rest, place)) }
        try items[index].set(rest, to: text, place: place)
    }

    private static func set(
        _ entries: inout [Entry],
        _ key: String,
        _ rest: ArraySlice<String>,
        to text: String,
        place: Place
    ) throws(Problem) {
        let index = entries.firstIndex { $0.key == key } ?? entries.count
        if index == entries.count { entries.append(Entry(key: key, place: place, value: empty(for: rest, place))) }
        try entries[index].value.set(rest, to: text, place: place)
    }

    /// What the path goes on into: a list if a number is next.
    private static func empty(for path: ArraySlice<String>, _ place: Place) -> Node {
        let isList = path.first.flatMap(itemNumber) != nil
        return Node(content: isList ? .sequence([]) : .mapping([]), place: place)
    }
}
