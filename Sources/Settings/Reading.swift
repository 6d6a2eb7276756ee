/// What all sections of one reading share: where paths start, and the problems found so far.
final class Reading {
    /// Whether there are no settings, and only their description is wanted.
    let isDescribing: Bool
    let directory: String
    let prefix: String
    private(set) var problems: [Problem] = []

    init(directory: String, prefix: String, isDescribing: Bool = false) {
        self.directory = directory
        self.prefix = prefix
        self.isDescribing = isDescribing
    }

    /// A reading of nothing, whose problems nobody sees.
    var description: Reading { Reading(directory: directory, prefix: prefix, isDescribing: true) }

    func add(_ place: Place, _ key: String, _ message: String) {
        problems.append(Problem(place: place, key: key, message: message))
    }

    func add(_ found: [Problem]) { problems += found }

    /// A node as a section; what is none is noted once, and then reads as a section of stand-ins.
    func open(_ node: Node, at path: String) -> Section {
        switch node.content {
        case .mapping(let entries): return Section(entries, path: path, place: node.place, reading: self)
        case .scalar(let scalar) where scalar.isNothing:
            return Section([], path: path, place: node.place, reading: self)
        default:
            add(node.place, path, "expected a section of keys, found \(node.shown())")
            return Section([], path: path, place: node.place, reading: description)
        }
    }
}
