internal import Ethereum
internal import Formats

/// What a declaration names.
extension ContractABI {
    func event(_ name: String, _ key: String) throws(BindingProblem) -> ABIEvent {
        let event = try pick(name, key, "event", events.map { ($0.name, $0.signature, $0) })
        guard !event.anonymous else {
            throw BindingProblem(key, "\(event.signature) is anonymous: its logs cannot be asked for")
        }
        return event
    }

    func function(_ name: String, _ key: String) throws(BindingProblem) -> ABIFunction {
        try pick(name, key, "function", functions.map { ($0.name, $0.signature, $0) })
    }

    /// The one of this name, or of this signature where several share a name.
    private func pick<One>(
        _ name: String,
        _ key: String,
        _ what: String,
        _ all: [(name: String, signature: String, one: One)]
    ) throws(BindingProblem) -> One {
        let found = all.filter { $0.name == name || $0.signature == name }
        if found.count > 1 {
            let signatures = alternatives(found.map(\.signature))
            throw BindingProblem(key, "the ABI has several of this name: write \(signatures)")
        }
        if let one = found.first?.one { return one }
        let near = nearestName(to: name, among: all.map(\.name)).map { "; did you mean \($0)?" } ?? ""
        throw BindingProblem(key, "the ABI has no \(what) \(quoted(name))\(near)")
    }
}
