/// The fields of a block's header that following and fees need.
package struct BlockHeader: Hashable, Sendable {
    package var number: UInt64
    package var hash: Hash32
    package var parentHash: Hash32
    /// Seconds since 1970.
    package var timestamp: UInt64
    /// In wei; nil before London (EIP-1559).
    package var baseFeePerGas: UInt256?
    /// What all transactions of the block may use together, in gas units.
    package var gasLimit: UInt64
    /// What they did use, in gas units.
    package var gasUsed: UInt64
    /// Nil where the node sends none, or one of another length.
    package var logsBloom: LogsBloom?

    package init(
        number: UInt64,
        hash: Hash32,
        parentHash: Hash32,
        timestamp: UInt64,
        baseFeePerGas: UInt256?,
        gasLimit: UInt64,
        gasUsed: UInt64,
        logsBloom: LogsBloom? = nil
    ) {
        self.number = number
        self.hash = hash
        self.parentHash = parentHash
        self.timestamp = timestamp
        self.baseFeePerGas = baseFeePerGas
        self.gasLimit = gasLimit
        self.gasUsed = gasUsed
        self.logsBloom = logsBloom
    }

    /// By the block's hash alone, which stands for all of it.
    package func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}
