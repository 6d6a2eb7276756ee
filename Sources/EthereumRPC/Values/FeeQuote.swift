package import Ethereum

/// What the node says about fees, in wei per gas.
package struct FeeQuote: Sendable, Equatable {
    /// The height of the block it is taken from.
    package var blockNumber: UInt64
    /// Of that block; the next one's is within an eighth of it (EIP-1559).
    ///
    /// `nil` on a chain without it.
    package var baseFeePerGas: UInt256?
    /// The node's proposal, which it may make as high as it likes.
    package var maxPriorityFeePerGas: UInt256

    package init(blockNumber: UInt64, baseFeePerGas: UInt256?, maxPriorityFeePerGas: UInt256) {
        self.blockNumber = blockNumber
        self.baseFeePerGas = baseFeePerGas
        self.maxPriorityFeePerGas = maxPriorityFeePerGas
    }
}
