internal import Ethereum
internal import Formats

/// Finds what a path of names such as `job.spec` means; a parameter without a name is called by its place, `#0`.
struct FieldName {
    let parameters: [ABIParameter]
    /// How messages call what has these parameters: an event's or a function's signature.
    let owner: String

    struct Found {
        let path: ContractBinding.Path
        let parameter: ABIParameter
        /// Whether it is a topic, or part of one.
        let isIndexed: Bool
    }

    func find(_ name: String, _ key: String) throws(BindingProblem) -> Found {
        var members = parameters
        var path: ContractBinding.Path = []
        var isIndexed = false
        let steps = name.split(separator: ".", omittingEmptySubsequences: false).map { String($0) }
        for (level, step) in steps.enumerated() {
            guard let index = members.enumerated().first(where: { $1.name == step || "#\($0)" == step })?.offset else {
                let names = members.enumerated().map { $1.name.isEmpty ? "#\($0)" : $1.name }
                let near = nearestName(to: step, among: names).map { "did you mean \($0)?" }
                let known = names.isEmpty ? "there are none" : "there are \(names.joined(separator: ", "))"
                throw BindingProblem(key, "\(owner) has no field \(quoted(name)); \(near ?? known)")
            }
            path.append(index)
            isIndexed = isIndexed || members[index].indexed
            if level == steps.count - 1 {
                return Found(path: path, parameter: members[index], isIndexed: isIndexed)
            }
            guard case .tuple(let inner) = members[index].type else {
                throw BindingProblem(
                    key,
                    "\(quoted(step)) of \(owner) is a \(members[index].type), which has no fields"
                )
            }
            guard !isIndexed else { throw Self.hashed("\(quoted(name)) is within \(quoted(step)), which", key) }
            members = inner
        }
        throw BindingProblem(key, "names no field of \(owner)")
    }

    private static func hashed(_ what: String, _ key: String) -> BindingProblem {
        BindingProblem(key, "\(what) is indexed, so that its logs hold only the hash of it")
    }

    /// A field of one of these kinds, which a log holds itself.
    func find(
        _ name: String,
        _ key: String,
        _ expected: String,
        _ fits: (ABIType) -> Bool
    ) throws(BindingProblem) -> Found {
        let found = try find(name, key)
        guard fits(found.parameter.type) else {
            throw BindingProblem(key, "\(quoted(name)) of \(owner) is a \(found.parameter.type), not \(expected)")
        }
        guard !(found.isIndexed && found.parameter.type.isHashedWhenIndexed) else {
            throw Self.hashed(quoted(name), key)
        }
        return found
    }
}

extension ABIType {
    var isUnsigned: Bool { if case .uint = self { true } else { false } }
    var isText: Bool { self == .string || self == .bytes }

    /// Whether a topic holds only the hash of such a value.
    var isHashedWhenIndexed: Bool {
        switch self {
        case .uint, .int, .address, .bool, .fixedBytes: false
        case .bytes, .string, .array, .fixedArray, .tuple: true
        }
    }
}
