package import Ethereum

/// Where a node knows a transaction from.
package enum TransactionPresence: Sendable, Equatable {
    /// Not at all; gateways forget old ones, so this is no proof that it was never mined.
    case unknown
    /// In the pool, or in a block that the answer does not name.
    case pending
    /// In this block as the node sees it now, whether it succeeded or reverted.
    case mined(blockNumber: UInt64, blockHash: Hash32)
}
