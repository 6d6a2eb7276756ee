/// The nodes behind a client.
extension EthereumClient {
    /// How many there are.
    package var nodeCount: Int { nodes.connections.count }

    /// Each node as a client of its own, in order of preference, whatever its state.
    package var each: [EthereumClient] {
        nodes.connections.indices.map { EthereumClient(nodes: nodes, pinned: $0) }
    }

    /// All nodes must serve this chain: one that does not is asked no more.
    package func require(_ identity: NodeIdentity) { nodes.require(identity) }

    /// This block is final: from now on all nodes are known by it, unless they are by an earlier one.
    package func anchor(at block: BlockAnchor) { nodes.anchor(at: block) }

    /// The node that is fittest now, as a client that asks no other.
    ///
    /// Questions that belong together go to one node: two of them may be at different heights, or on different branches.
    package func pin() -> EthereumClient {
        let node = nodes.candidates().first ?? 0
        nodes.prefer(node)
        return EthereumClient(nodes: nodes, pinned: node)
    }

    /// The other nodes that may be asked now, the fittest first.
    package var others: [EthereumClient] {
        nodes.candidates().filter { $0 != pinned }.map { EthereumClient(nodes: nodes, pinned: $0) }
    }

    /// All nodes that serve the chain as far as is known, the fittest first, also those that rest.
    ///
    /// What is put to the vote is put to all: whom somebody else's failure has made rest may have the deciding vote.
    package var known: [EthereumClient] { nodes.served().map { EthereumClient(nodes: nodes, pinned: $0) } }

    /// The pinned node's place in the order of preference, by which it is told from the others.
    ///
    /// Two of them may look alike when they are shown: what tells them apart may be a key.
    package var index: Int? { pinned }

    /// Why a pinned node is not asked at present: another chain, or a branch of its own.
    package var expulsion: String? { pinned.flatMap { nodes.expulsion(of: $0) } }

    /// The pinned node is on a branch that the others do not share, or serves another chain: it is left out for a while.
    package func expel(_ reason: String) {
        if let pinned { nodes.expel(pinned, reason) }
    }

    /// For how long the pinned node has answered nothing well; nil where its last call went well.
    package var failing: Duration? { pinned.flatMap { nodes.failing($0) } }

    /// Whether the pinned node is left alone as long as another one can be asked.
    package var isResting: Bool { pinned.map { nodes.isResting($0) } ?? false }

    /// The pinned node shows anew which chain it serves before it is asked anything else.
    package func requireProof() {
        if let pinned { nodes.requireProof(of: pinned) }
    }

    /// The pinned node's answers do not hold together: it counts as failed, and another one is asked next.
    package func noteFault() {
        if let pinned { nodes.noteFault(of: pinned) }
    }

    /// The pinned node lags behind the others: they come first for a while.
    package func setBehind() {
        if let pinned { nodes.setBehind(pinned) }
    }

    /// The pinned node's head, as it was told.
    package func note(head: UInt64) {
        if let pinned { nodes.note(head: head, of: pinned) }
    }
}
