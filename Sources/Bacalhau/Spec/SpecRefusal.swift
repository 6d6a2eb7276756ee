/// Why a spec is not run: an answer to whoever wrote it.
package struct SpecRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable, CaseIterable {
        case notUTF8 = "not-utf8"
        case notJSON = "not-json"
        case duplicateKey = "duplicate-key"
        case unknownKey = "unknown-key"
        case missingKey = "missing-key"
        case wrongKind = "wrong-kind"
        case badValue = "bad-value"
        /// Two parts of the spec exclude each other.
        case conflict = "conflict"
        case tooLarge = "too-large"
        /// A legal spec that could reach what belongs to the compute node.
        case inputRefused = "input-refused"
        case environmentRefused = "environment-refused"
        case networkRefused = "network-refused"
    }

    package let code: Code
    /// One line of at most 1,024 bytes, fit for the chain: what is wrong, with its key, its place and its value.
    package let text: String

    package init(_ code: Code, _ text: String) {
        self.code = code
        self.text = SafeText.line(text)
    }

    package var description: String { "\(code.rawValue): \(text)" }
}
