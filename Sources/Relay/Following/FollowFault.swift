/// A node's answers do not hold together, or say that it cannot be followed now: it is asked again, or another one is.
package struct FollowFault: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String
    /// Whether another node may do better at once.
    let isOfTheNode: Bool

    init(_ description: String, isOfTheNode: Bool = true) {
        self.description = description
        self.isOfTheNode = isOfTheNode
    }
}
