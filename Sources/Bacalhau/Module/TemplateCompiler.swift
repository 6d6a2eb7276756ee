internal import Formats
internal import JSON

/// Finds the placeholders in a template's string values, and counts them.
struct TemplateCompiler {
    let parameters: [ModuleParameter]
    /// How often each of the parameters has been found.
    private(set) var uses: [Int]

    init(parameters: [ModuleParameter]) {
        self.parameters = parameters
        uses = Array(repeating: 0, count: parameters.count)
    }

    /// The value at `node` with its placeholders; one that names no parameter, or that stands in a key, is refused.
    mutating func compile(_ node: SpecNode) throws(SpecRefusal) -> TemplateNode {
        switch node.value {
        case .null, .bool, .number: return .fixed(node.value)
        case .string(let text): return try string(text, node)
        case .array:
            var elements: [TemplateNode] = []
            for element in try node.elements() { elements.append(try compile(element)) }
            return .array(elements)
        case .object:
            var members: [TemplateNode.Member] = []
            for (name, node) in try node.members() {
                guard firstOpening(in: Array(name.utf8)[...]) == nil else {
                    throw node.refusal(.badValue, "a placeholder cannot stand in a key, only in a string value")
                }
                members.append(TemplateNode.Member(name: name, value: try compile(node)))
            }
            return .object(members)
        }
    }

    private mutating func string(_ text: String, _ node: SpecNode) throws(SpecRefusal) -> TemplateNode {
        var pieces: [TemplateNode.Piece] = []
        var literal: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let opening = firstOpening(in: rest) {
            literal += rest[..<opening]
            rest = rest[(opening + 2)...]
            if rest.starts(with: "{{".utf8) {
                literal += "{{".utf8
                rest = rest.dropFirst(2)
                continue
            }
            if !literal.isEmpty { pieces.append(.literal(String(decoding: literal, as: UTF8.self))) }
            literal = []
            pieces.append(.input(try parameter(&rest, node)))
        }
        guard !pieces.isEmpty else { return .fixed(.string(String(decoding: literal + rest, as: UTF8.self))) }
        literal += rest
        if !literal.isEmpty { pieces.append(.literal(String(decoding: literal, as: UTF8.self))) }
        return .string(pieces)
    }

    /// Passes `name}}`.
    private mutating func parameter(_ rest: inout ArraySlice<UInt8>, _ node: SpecNode) throws(SpecRefusal) -> Int {
        let bytes = rest.prefix { $0 != UInt8(ascii: "}") && $0 != UInt8(ascii: "{") }
        let name = String(decoding: bytes, as: UTF8.self)
        rest = rest.dropFirst(bytes.count)
        guard rest.starts(with: "}}".utf8), ModuleCall.isInputName(name) else {
            throw node.refusal(
                .badValue,
                "\(SafeText.line("{{" + name, limit: 42)) begins no placeholder: write {{name}} without spaces, "
                    + "and {{{{ for {{ itself"
            )
        }
        rest = rest.dropFirst(2)
        guard let index = parameters.firstIndex(named: name) else {
            let known = parameters.map(\.name)
            let remedy =
                nearestName(to: name, among: known).map { "did you mean {{\($0)}}?" }
                ?? "declare it, or write {{{{ for {{ itself"
            throw node.refusal(.badValue, "{{\(name)}} names no parameter; \(remedy)")
        }
        uses[index] += 1
        return index
    }

    private func firstOpening(in bytes: ArraySlice<UInt8>) -> Int? {
        let brace = UInt8(ascii: "{")
        return bytes.indices.dropLast().first { bytes[$0] == brace && bytes[$0 + 1] == brace }
    }
}
