internal import Formats
internal import JSON

/// An object as Go's encoding/json reads it into a struct: the case of its names does not count, `null` is absent, and
/// unknown names are passed over.
///
/// Two names that differ only in case are refused where Go takes the last: contracts paste strangers' text into a spec,
/// and a second `engine` must not win over the first in silence. So is an unknown name that looks like a slip for a
/// known one, or that belongs elsewhere: what it says would be lost.
struct LegacyObject {
    let node: SpecNode
    /// By folded name, without those that are `null`.
    private let members: [String: SpecNode]
    /// Whether it has any name that is known, be it `null`.
    let hasKnownNames: Bool

    /// Each unknown name is compared with all that are known, so that their number has to be bounded.
    private static let mostNames = 64

    /// Reads an object whose members mean something where they are among `known`; `fillers` are passed over.
    init(_ node: SpecNode, known: [String], fillers: [String] = []) throws(SpecRefusal) {
        let all = try node.members()
        guard all.count <= Self.mostNames else {
            throw node.refusal(.badValue, "has \(all.count) keys, and \(Self.mostNames) are allowed")
        }
        let foldedNames = Set(known.map(LegacyName.folded))
        let foldedFillers = Set(fillers.map(LegacyName.folded))
        var seen: [String: String] = [:]
        var members: [String: SpecNode] = [:]
        for (name, member) in all {
            let folded = LegacyName.folded(name)
            if let other = seen.updateValue(name, forKey: folded) {
                throw member.refusal(
                    .duplicateKey,
                    "\(SafeText.quoted(other)) and \(SafeText.quoted(name)) are the same key, which is there twice"
                )
            }
            if foldedNames.contains(folded) {
                if member.value != .null { members[folded] = member }
            } else if !foldedFillers.contains(folded), !member.value.saysNothing {
                try Self.refuseIfMistaken(name, member, known: known)
            }
        }
        self.node = node
        self.members = members
        hasKnownNames = !foldedNames.isDisjoint(with: seen.keys)
    }

    /// The member, or nil when it is absent or `null`.
    func optional(_ name: String) -> SpecNode? { members[LegacyName.folded(name)] }

    /// The member, or nil when it says nothing.
    func filled(_ name: String) -> SpecNode? { optional(name).flatMap { $0.value.saysNothing ? nil : $0 } }

    /// A string, or nil when it is absent or empty, which is the same in Go.
    func text(_ name: String) throws(SpecRefusal) -> SpecNode? {
        guard let member = optional(name) else { return nil }
        return try member.string().isEmpty ? nil : member
    }

    /// A list of strings, or nil when it is absent or empty.
    func texts(_ name: String) throws(SpecRefusal) -> SpecNode? {
        guard let member = optional(name) else { return nil }
        return try member.strings().isEmpty ? nil : member
    }

    /// A boolean; absent is false.
    func flag(_ name: String) throws(SpecRefusal) -> Bool {
        guard let member = optional(name) else { return false }
        guard let flag = member.value.bool else { throw member.wrongKind("true or false") }
        return flag
    }

    private static func refuseIfMistaken(_ name: String, _ member: SpecNode, known: [String]) throws(SpecRefusal) {
        if let place = LegacyKeys.elsewhere[LegacyName.folded(name)] {
            let words = "unknown key \(SafeText.quoted(name)); the old format has \(place) for it"
            throw member.refusal(.unknownKey, words)
        }
        if let near = nearestName(to: name, among: known) {
            throw member.refusal(.unknownKey, "unknown key \(SafeText.quoted(name)); did you mean \"\(near)\"?")
        }
    }
}

extension JSONValue {
    /// Whether it is what Go leaves where nothing was said: `null`, false, 0, an empty string, or a container of such.
    var saysNothing: Bool {
        switch self {
        case .null: true
        case .bool(let value): !value
        case .number(let number): Double(number.text) == 0
        case .string(let string): string.isEmpty
        case .array(let elements): elements.allSatisfy(\.saysNothing)
        case .object(let members): members.allSatisfy(\.value.saysNothing)
        }
    }
}
