/// How much a replay asks for at once, and of how many nodes.
package struct ReplayReach: Sendable {
    /// Blocks in one range, at most.
    package var window: UInt64
    /// Nodes that must give the same logs for a range before it counts as read.
    package var quorum: Int

    package init(window: UInt64 = 2_000, quorum: Int = 1) {
        self.window = window
        self.quorum = quorum
    }
}
