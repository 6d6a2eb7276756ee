import Formats

/// What is known of one key: the source of the reference and of the schema.
struct KeyDescription: Sendable, Equatable {
    enum Shape: Sendable, Equatable {
        /// A single value, with the words for it.
        case value(ValueSchema, String)
        /// A list of single values.
        case values(ValueSchema, String, ClosedRange<Int>)
        case section([KeyDescription])
        case sections([KeyDescription], ClosedRange<Int>)
        /// Only from the environment variable: no file may hold it.
        case secret(variable: String)
    }

    enum Presence: Sendable, Equatable {
        case required
        case optional
        case defaulted(String)
        /// A list's items.
        case defaultedList([String])
    }

    let key: String
    let shape: Shape
    let presence: Presence
    let help: String
}
