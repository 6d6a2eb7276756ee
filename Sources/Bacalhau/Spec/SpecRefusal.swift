/// Why a spec is not run: an answer to whoever wrote it.
package struct SpecRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of mistake it is; the raw value begins the description.
    package enum Code: String, Sendable, CaseIterable {
        case notUTF8 = "not-utf8"
        /// No JSON by RFC 8259, or deeper than the limit.
        case notJSON = "not-json"
        /// A key that the same object already has, for the old format in whatever case.
        case duplicateKey = "duplicate-key"
        /// A key that Bacalhau would pass over, or a whole job where one task is wanted.
        case unknownKey = "unknown-key"
        case missingKey = "missing-key"
        /// Another kind of JSON value than the key takes.
        case wrongKind = "wrong-kind"
        /// A value of the right kind that Bacalhau would refuse or misread.
        case badValue = "bad-value"
        /// Two parts of the spec exclude each other.
        case conflict = "conflict"
        /// The text, or the body that is made of it, exceeds `SpecLimits`.
        case tooLarge = "too-large"
        /// A legal spec that could reach what belongs to the compute node.
        case inputRefused = "input-refused"
        /// A legal value that asks for the compute node's own environment.
        case environmentRefused = "environment-refused"
        /// A legal network that is the compute node's own, or that opens its ports.
        case networkRefused = "network-refused"
        /// A module that the operator's settings do not have.
        case moduleUnknown = "module-unknown"
        /// An input that the module does not take, or takes in another form.
        case moduleInput = "module-input"
    }

    package let code: Code
    /// One line of at most 1,024 bytes, fit for the chain: what is wrong, with its key, its place and its value.
    package let text: String

    /// Makes the text one clean line of at most 1,024 bytes.
    package init(_ code: Code, _ text: String) {
        self.code = code
        self.text = SafeText.line(text)
    }

    package var description: String { "\(code.rawValue): \(text)" }
}
