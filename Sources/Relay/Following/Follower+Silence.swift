internal import EthereumRPC
internal import RelayCore

/// Nodes that say nothing where they are put to the vote: for the time of a blip nobody else decides.
extension Follower {
    /// Whether a node that has just not answered is held to keep to what was read; no more once it has been silent for long.
    mutating func isHeldToKeep(_ node: EthereumClient) -> Bool {
        guard node.expulsion == nil, let index = node.index, !isLongSilent(node) else { return false }
        return !silent[index, default: Patience()].isOver(after: options.silencePatience, at: environment.now)
    }

    mutating func noteAnswer(of node: EthereumClient) {
        if let index = node.index { silent[index] = nil }
    }

    /// Not worth the time that it takes to find that it still says nothing.
    func isGone(_ node: EthereumClient) -> Bool { node.isResting && isLongSilent(node) }

    private func isLongSilent(_ node: EthereumClient) -> Bool {
        (node.failing ?? .zero) >= options.silencePatience
    }
}
