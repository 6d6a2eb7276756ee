internal import JSON

/// Names and values of environment variables.
enum EnvironmentRules {
    static func read(_ node: SpecNode?) throws(SpecRefusal) -> [JSONMember] {
        var environment: [JSONMember] = []
        for (name, node) in try node?.members() ?? [] {
            let value = try node.string()
            try check(name: name, value: value, of: node)
            guard !value.isEmpty else { throw node.refusal(.badValue, "is empty; Bacalhau wants a value") }
            guard isUpperCase(name) else {
                throw node.refusal(
                    .badValue,
                    "\(SafeText.quoted(name)) is no name: upper case, digits and underscores, a letter first"
                )
            }
            environment.append(JSONMember(name, .string(value)))
        }
        return environment
    }

    /// Docker's own list of `NAME=value`, where names are free but for the reserved ones.
    static func checkAssignments(_ node: SpecNode?) throws(SpecRefusal) {
        for element in try node?.elements() ?? [] {
            let assignment = try element.plainString()
            guard let equals = assignment.utf8.firstIndex(of: UInt8(ascii: "=")), equals > assignment.startIndex else {
                throw element.refusal(.badValue, "\(SafeText.quoted(assignment)) is not of the form NAME=value")
            }
            let (name, value) = (assignment.utf8[..<equals], assignment.utf8[equals...].dropFirst())
            try check(
                name: String(decoding: name, as: UTF8.self),
                value: String(decoding: value, as: UTF8.self),
                of: element
            )
        }
    }

    private static func check(name: String, value: String, of node: SpecNode) throws(SpecRefusal) {
        guard !name.begins(withASCII: "bacalhau_") else {
            throw node.refusal(.badValue, "names that begin with BACALHAU_ are Bacalhau's own")
        }
        guard !value.utf8.contains(0) else { throw node.refusal(.badValue, "has a zero byte") }
        // The compute node would replace it by a variable of its own.
        let content = value.unicodeScalars.drop(while: \.properties.isWhitespace)
        guard !String(content).begins(withASCII: "env:") else {
            throw node.refusal(
                .environmentRefused,
                "\(SafeText.quoted(value)) is refused: env: asks for the compute node's own environment"
            )
        }
    }

    private static func isUpperCase(_ name: String) -> Bool {
        guard let first = name.utf8.first, isLetter(first) else { return false }
        return name.utf8.allSatisfy {
            isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_")
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }
}
