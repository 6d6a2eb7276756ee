import Formats

/// Reads the one document of a settings file, within bounds, into nodes.
struct YAMLReader: ~Copyable {
    static let maximumSize = 262_144
    static let maximumDepth = 16
    static let maximumNodes = 10_000

    private var events: YAMLEvents
    private let file: String
    private var nodes = 0

    /// The document's root; an empty document is an empty mapping.
    static func read(_ bytes: [UInt8], file: String) throws(Problem) -> Node {
        guard bytes.count <= maximumSize else {
            let start = Place.file(file, line: 1, column: 1)
            throw Problem(place: start, message: "the file is larger than \(maximumSize) bytes")
        }
        // Editors put a mark before UTF-8 that says nothing.
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        var reader = try YAMLReader(bytes.starts(with: mark) ? Array(bytes.dropFirst(3)) : bytes, file: file)
        return try reader.document()
    }

    private init(_ bytes: [UInt8], file: String) throws(Problem) {
        self.file = file
        events = try YAMLEvents(bytes, file: file)
    }

    private mutating func document() throws(Problem) -> Node {
        var root: Node?
        while true {
            let (event, place) = try events.next()
            switch event {
            case .streamEnd: return root ?? Node(content: .mapping([]), place: .file(file, line: 1, column: 1))
            case .documentStart where root != nil:
                throw Problem(place: place, message: "a second document is not supported")
            case .documentStart: root = try documentRoot()
            default: continue
            }
        }
    }

    private mutating func documentRoot() throws(Problem) -> Node {
        let (first, place) = try events.next()
        let root = try node(first, at: place, depth: 0)
        guard case .scalar(let scalar) = root.content, scalar.isNothing else { return root }
        return Node(content: .mapping([]), place: root.place)
    }

    /// The node that starts with `event`.
    private mutating func node(_ event: YAMLEvents.Event, at place: Place, depth: Int) throws(Problem) -> Node {
        nodes += 1
        guard nodes <= Self.maximumNodes else {
            throw Problem(place: place, message: "more than \(Self.maximumNodes) values")
        }
        guard depth <= Self.maximumDepth else {
            throw Problem(place: place, message: "nested deeper than \(Self.maximumDepth)")
        }
        switch event {
        case .sequenceStart: return Node(content: .sequence(try items(depth: depth + 1)), place: place)
        case .mappingStart: return Node(content: .mapping(try entries(depth: depth + 1)), place: place)
        case .scalar(let scalar): return Node(content: .scalar(scalar), place: place)
        default: throw Problem(place: place, message: "unexpected end")
        }
    }

    private mutating func items(depth: Int) throws(Problem) -> [Node] {
        var items: [Node] = []
        while true {
            let (event, place) = try events.next()
            if event == .sequenceEnd { return items }
            items.append(try node(event, at: place, depth: depth))
        }
    }

    private mutating func entries(depth: Int) throws(Problem) -> [Node.Entry] {
        var entries: [Node.Entry] = []
        var lines: [String: Int] = [:]
        while true {
            let (event, place) = try events.next()
            if event == .mappingEnd { return entries }
            let key = try key(event, at: place, seen: &lines)
            let (first, valuePlace) = try events.next()
            let value = try node(first, at: valuePlace, depth: depth)
            entries.append(Node.Entry(key: key, place: place, value: value))
        }
    }

    private func key(
        _ event: YAMLEvents.Event,
        at place: Place,
        seen lines: inout [String: Int]
    ) throws(Problem) -> String {
        guard case .scalar(let key) = event else { throw Problem(place: place, message: "a key must be a single word") }
        guard case .file(_, let line, _) = place else { return key.text }
        if let first = lines.updateValue(line, forKey: key.text) {
            throw Problem(place: place, message: "duplicate key \(quoted(key.text)), first on line \(first)")
        }
        return key.text
    }
}
