internal import Formats
internal import JSON

/// One value of a spec together with its way from the root, so that every refusal names key, place and value.
struct SpecNode {
    let value: JSONValue
    let path: JSONPath
    /// The whole spec's text.
    let text: [UInt8]
    /// Where the text has the parts of a value that was made of them; none for a value as the text has it.
    var origins = SpecOrigins()

    func refusal(_ code: SpecRefusal.Code, _ words: String) -> SpecRefusal {
        let place = origins.origin(of: path).offset(in: text).map { " at \(JSONPlace(offset: $0, in: text))" } ?? ""
        return SpecRefusal(code, "spec: \(name)\(place): \(words)")
    }

    /// The way as a message shows it.
    var name: String {
        let steps = origins.origin(of: path).steps.map { step in
            switch step {
            case .key(let key): JSONPath.Step.key(SafeText.line(key, limit: 64))
            case .index: step
            }
        }
        return steps.isEmpty ? "the whole" : JSONPath(steps).description
    }

    func string() throws(SpecRefusal) -> String {
        guard let string = value.string else { throw wrongKind("a string") }
        return string
    }

    /// A string that is not empty and has no control characters.
    func plainString() throws(SpecRefusal) -> String {
        let string = try string()
        guard !string.isEmpty else { throw refusal(.badValue, "is empty") }
        guard string.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f }) else {
            throw refusal(.badValue, "\(SafeText.quoted(string)) has control characters")
        }
        return string
    }

    func elements() throws(SpecRefusal) -> [SpecNode] {
        guard let elements = value.array else { throw wrongKind("an array") }
        return elements.enumerated().map { child($1, path + $0) }
    }

    /// The elements of a list each of which is compared with others, so that its length has to be bounded.
    func fewElements() throws(SpecRefusal) -> [SpecNode] {
        let elements = try elements()
        let most = 256
        guard elements.count <= most else {
            throw refusal(.badValue, "has \(elements.count) elements, and \(most) are allowed")
        }
        return elements
    }

    func strings() throws(SpecRefusal) -> [String] {
        var strings: [String] = []
        for element in try elements() { strings.append(try element.string()) }
        return strings
    }

    func members() throws(SpecRefusal) -> [(name: String, node: SpecNode)] {
        guard let members = value.object else { throw wrongKind("an object") }
        return members.map { ($0.name, child($0.value, path + $0.name)) }
    }

    private func child(_ value: JSONValue, _ path: JSONPath) -> SpecNode {
        SpecNode(value: value, path: path, text: text, origins: origins)
    }

    /// An object that has no other members than `known`.
    func object(of known: [String]) throws(SpecRefusal) -> SpecObject {
        let members = try members()
        for (name, node) in members where !known.contains(where: { $0.utf8.elementsEqual(name.utf8) }) {
            let near = nearestName(to: name, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
            let list = known.isEmpty ? "none is known here" : "known here: \(known.joined(separator: ", "))"
            throw node.refusal(.unknownKey, "unknown key \(SafeText.quoted(name))\(near) (\(list))")
        }
        return SpecObject(node: self, members: members)
    }

    func wrongKind(_ expected: String) -> SpecRefusal {
        refusal(.wrongKind, "is \(shown), but has to be \(expected)")
    }

    /// Kind and, where it is short, value.
    private var shown: String {
        switch value {
        case .null: "null"
        case .bool(let value): "the boolean \(value)"
        case .number(let value): "the number \(SafeText.line(value.text, limit: 40))"
        case .string(let value): "the string \(SafeText.quoted(value, limit: 40))"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// An object of a spec whose names have been checked.
struct SpecObject {
    let node: SpecNode
    let members: [(name: String, node: SpecNode)]

    /// The member, or nil when it is absent or `null`, which Bacalhau reads as absent.
    func optional(_ name: String) -> SpecNode? {
        members.first { $0.name == name && $0.node.value != .null }?.node
    }

    func required(_ name: String) throws(SpecRefusal) -> SpecNode {
        guard let member = optional(name) else { throw node.refusal(.missingKey, "\"\(name)\" is missing") }
        return member
    }
}
