// Chain: what nodes answer about blocks, once it has been checked to be well formed.

/// An event that a contract wrote, and its place in the chain.
///
/// Address, topics and data are what was said; the rest is a mutable fact about it, since a reorg moves logs.
package struct Log: Hashable, Sendable {
    /// The contract that wrote it.
    package var address: Address
    /// Up to four.
    package var topics: [Hash32]
    /// The parameters that are not indexed, in the contract ABI; of any length.
    package var data: [UInt8]
    package var blockNumber: UInt64
    package var blockHash: Hash32
    package var transactionHash: Hash32
    /// Counts within the block, from 0.
    package var transactionIndex: UInt64
    /// Counts within the block.
    package var logIndex: UInt64
    /// Whether the node withdraws the log because its block left the chain.
    package var removed: Bool

    package init(
        address: Address,
        topics: [Hash32],
        data: [UInt8],
        blockNumber: UInt64,
        blockHash: Hash32,
        transactionHash: Hash32,
        transactionIndex: UInt64,
        logIndex: UInt64,
        removed: Bool = false
    ) {
        self.address = address
        self.topics = topics
        self.data = data
        self.blockNumber = blockNumber
        self.blockHash = blockHash
        self.transactionHash = transactionHash
        self.transactionIndex = transactionIndex
        self.logIndex = logIndex
        self.removed = removed
    }

    /// keccak-256 of address ‖ topics ‖ data: what the log says, wherever it stands.
    ///
    /// A request's identity.
    package var contentHash: Hash32 {
        var hasher = Keccak256()
        hasher.update(address)
        for topic in topics { hasher.update(topic) }
        hasher.update(data)
        return hasher.finalize()
    }
}
