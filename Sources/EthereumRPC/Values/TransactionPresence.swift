package import Ethereum

/// Where a node knows a transaction from.
package enum TransactionPresence: Sendable, Equatable {
    /// Not at all; gateways forget old ones, so this is no proof that it was never mined.
    case unknown
    case pending
    case mined(blockNumber: UInt64, blockHash: Hash32)
}
