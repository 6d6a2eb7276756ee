internal import JSON

/// A part of a v1 task made of another format, with the places of the text that it is made of.
///
/// The rules of the v1 format then check it (`TaskSpec.read`), and what they refuse is named as its author wrote it.
struct SpecDraft {
    let value: JSONValue
    let origins: SpecOrigins

    /// A value as the text has it.
    init(_ node: SpecNode) { self.init(node.value, from: node) }

    /// A value that stands for another one.
    init(_ value: JSONValue, from node: SpecNode) {
        self.value = value
        origins = SpecOrigins(at: node.path)
    }

    /// An object without the members that are nil.
    init(object members: [(name: String, draft: SpecDraft?)], from node: SpecNode) {
        var origins = SpecOrigins(at: node.path)
        var object: [JSONMember] = []
        for (name, draft) in members {
            guard let draft else { continue }
            object.append(JSONMember(name, draft.value))
            origins.add(draft.origins, at: .key(name))
        }
        value = .object(object)
        self.origins = origins
    }

    init(array elements: [SpecDraft], from node: SpecNode) {
        var origins = SpecOrigins(at: node.path)
        for (index, element) in elements.enumerated() { origins.add(element.origins, at: .index(index)) }
        value = .array(elements.map(\.value))
        self.origins = origins
    }
}

/// Where the text has the parts of a value that was made of them.
struct SpecOrigins {
    private var entries: [(way: [JSONPath.Step], origin: JSONPath)] = []

    /// No other places than those of the value itself.
    init() {}

    /// The place of the whole value.
    init(at origin: JSONPath) { entries = [([], origin)] }

    /// Takes over where a part's own parts come from.
    mutating func add(_ part: SpecOrigins, at step: JSONPath.Step) {
        entries += part.entries.map { ([step] + $0.way, $0.origin) }
    }

    /// The way in the text to the value at `path`: that of the nearest part around it, and what is left of the way.
    func origin(of path: JSONPath) -> JSONPath {
        let around = entries.filter { path.steps.starts(with: $0.way) }.max { $0.way.count < $1.way.count }
        guard let around else { return path }
        return JSONPath(around.origin.steps + path.steps.dropFirst(around.way.count))
    }
}
