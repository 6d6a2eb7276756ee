/// Why and where a text is not the JSON that was asked for.
package struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What kind of mistake it is, for code to decide by; `words` is the same for people.
    package enum Reason: String, Sendable, CaseIterable {
        /// The text ends within a value.
        case end
        /// A byte that cannot stand here.
        case unexpected
        /// A control byte within a string.
        case control
        /// An escape that is none, or half of a surrogate pair.
        case escape
        /// Bytes that are no UTF-8.
        case utf8
        /// A number of a wrong form, or out of the range that was asked for.
        case number
        /// More containers within each other than the limit.
        case depth
        /// A word that is none of `true`, `false` and `null`.
        case literal
        /// Something behind the value.
        case trailing
        /// Another kind of value than the one asked for.
        case kind
        /// A member's name that the same object already has.
        case duplicateKey
        /// A text, or a string in it, longer than the limit.
        case tooLong

        /// A few words for people.
        package var words: String {
            switch self {
            case .end: "ends too early"
            case .unexpected: "unexpected character"
            case .control: "control character in a string"
            case .escape: "bad escape in a string"
            case .utf8: "no UTF-8"
            case .number: "bad number"
            case .depth: "too many levels"
            case .literal: "unknown word"
            case .trailing: "something follows the value"
            case .kind: "wrong kind of value"
            case .duplicateKey: "duplicate key"
            case .tooLong: "too long"
            }
        }
    }

    package let reason: Reason
    /// Bytes from the start of the text.
    package let offset: Int

    package init(reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    package var description: String { "JSON: \(reason.words) at byte \(offset)" }
}
