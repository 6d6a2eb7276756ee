/// Which directories are published.
enum ResultPathRules {
    /// Names that the root of a published tree already has.
    private static let taken = ["stdout", "stderr", "exitCode"]

    static func read(_ node: SpecNode?) throws(SpecRefusal) -> [ResultPath] {
        var results: [ResultPath] = []
        for element in try node?.fewElements() ?? [] {
            let result = try element.object(of: ["Name", "Path"])
            let name = try name(result.required("Name"), among: results)
            let path = try path(result.required("Path"), among: results)
            results.append(ResultPath(name: name, path: path))
        }
        return results
    }

    private static func name(_ node: SpecNode, among results: [ResultPath]) throws(SpecRefusal) -> String {
        let name = try node.plainString()
        guard !name.has("/"), ![".", ".."].contains(name), !taken.contains(name) else {
            throw node.refusal(.badValue, "\(SafeText.quoted(name)) cannot be the name of a published directory")
        }
        guard !results.contains(where: { $0.name.isSame(as: name) }) else {
            throw node.refusal(.conflict, "\(SafeText.quoted(name)) is the name of an earlier result path")
        }
        return name
    }

    private static func path(_ node: SpecNode, among results: [ResultPath]) throws(SpecRefusal) -> String {
        let path = try node.plainString()
        guard path.utf8.first == UInt8(ascii: "/"), !path.climbs else {
            throw node.refusal(.badValue, "\(SafeText.quoted(path)) is no absolute path")
        }
        guard !results.contains(where: { $0.path.isSame(as: path) }) else {
            throw node.refusal(.conflict, "\(SafeText.quoted(path)) is the path of an earlier result path")
        }
        return path
    }
}
