/// A host, an image or a pattern for them that cannot be read as just one thing.
package struct PolicyMistake: Error, Equatable, Sendable {
    /// What is wrong, and what to write where that helps; in small letters and without a full stop.
    package let reason: String

    init(_ reason: String) { self.reason = reason }
}
