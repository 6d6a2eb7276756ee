internal import Ethereum
internal import EthereumRPC
internal import RelayCore

extension FeeMarket {
    /// What a node quotes; a chain without a base fee (before EIP-1559) asks for none.
    init(_ quote: FeeQuote) {
        self.init(
            baseFeePerGas: quote.baseFeePerGas ?? UInt256.zero,
            priorityFeePerGas: quote.maxPriorityFeePerGas
        )
    }
}
