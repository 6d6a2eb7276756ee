package import Ethereum

/// A block that a reading ended with: the chain that has been read is known by such links.
///
/// Not every height has one; between two links lies what one range covered.
package struct ChainLink: Hashable, Sendable {
    package let number: UInt64
    package let hash: Hash32
    package let parentHash: Hash32
    /// Seconds since 1970, as the block says.
    package let timestamp: UInt64

    package init(number: UInt64, hash: Hash32, parentHash: Hash32, timestamp: UInt64) {
        self.number = number
        self.hash = hash
        self.parentHash = parentHash
        self.timestamp = timestamp
    }

    package init(_ header: BlockHeader) {
        self.init(
            number: header.number,
            hash: header.hash,
            parentHash: header.parentHash,
            timestamp: header.timestamp
        )
    }
}
