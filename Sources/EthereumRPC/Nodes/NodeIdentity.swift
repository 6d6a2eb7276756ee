package import Ethereum

/// By what a node is known to serve the chain that is followed, and not another network or a chain that was reset.
package struct NodeIdentity: Equatable, Sendable {
    package let chainID: UInt64
    package let genesisHash: Hash32
    /// A block that was final when it was seen first; nil before there is one.
    package let anchor: BlockAnchor?

    package init(chainID: UInt64, genesisHash: Hash32, anchor: BlockAnchor? = nil) {
        self.chainID = chainID
        self.genesisHash = genesisHash
        self.anchor = anchor
    }
}

/// A block's number and hash.
package struct BlockAnchor: Equatable, Sendable {
    package let number: UInt64
    package let hash: Hash32

    package init(number: UInt64, hash: Hash32) {
        self.number = number
        self.hash = hash
    }
}

extension NodeIdentity {
    /// What is wrong with a node; nil where it serves this chain.
    func fault(of node: NodeConnection) async throws(RPCError) -> String? {
        var blocks: [UInt64] = genesisHash == .zero ? [] : [0]
        if let anchor, anchor.number > 0 { blocks.append(anchor.number) }
        let shown = try await node.showChain(blocks: blocks)
        guard shown.chainID == chainID else { return "it serves chain \(shown.chainID), not \(chainID)" }
        if let genesis = shown.headers[0] {
            guard let genesis else { throw node.failure("eth_getBlockByNumber", .malformed("no block 0")) }
            guard genesis.hash == genesisHash else {
                return "its chain has another genesis block (\(genesis.hash.hex)): it was reset, or is another network"
            }
        }
        // A node that does not go back so far, or not yet so far up, contradicts nothing.
        guard let anchor, anchor.number > 0, let header = shown.headers[anchor.number] ?? nil,
            header.hash != anchor.hash
        else { return nil }
        return "its block \(anchor.number) is \(header.hash.hex), not \(anchor.hash.hex): it was reset, or is on a fork"
    }
}
