/// What became of a mined transaction.
package struct Receipt: Hashable, Sendable {
    package var transactionHash: Hash32
    package var blockNumber: UInt64
    package var blockHash: Hash32
    /// False when it was mined and reverted: it cost gas and changed nothing else.
    package var succeeded: Bool
    /// Of this transaction alone, in gas units.
    package var gasUsed: UInt64
    /// In wei.
    package var effectiveGasPrice: UInt256
    /// The contract that a creation made.
    package var contractAddress: Address?
    /// In the order in which they were written; none where it reverted.
    package var logs: [Log]

    package init(
        transactionHash: Hash32,
        blockNumber: UInt64,
        blockHash: Hash32,
        succeeded: Bool,
        gasUsed: UInt64,
        effectiveGasPrice: UInt256,
        contractAddress: Address? = nil,
        logs: [Log] = []
    ) {
        self.transactionHash = transactionHash
        self.blockNumber = blockNumber
        self.blockHash = blockHash
        self.succeeded = succeeded
        self.gasUsed = gasUsed
        self.effectiveGasPrice = effectiveGasPrice
        self.contractAddress = contractAddress
        self.logs = logs
    }

    /// What the transaction cost its sender beside its value, in wei.
    package var fee: UInt256 { effectiveGasPrice.multipliedSaturating(by: UInt256(gasUsed)) }
}
