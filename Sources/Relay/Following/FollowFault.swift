/// A node's answers do not hold together, or say that it cannot be followed now: it is asked again, or another one is.
package struct FollowFault: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
