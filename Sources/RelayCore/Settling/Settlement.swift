package import Ethereum

/// One signed form of a settlement; several attempts share a nonce, and one of them at most is mined.
package struct Attempt: Equatable, Sendable {
    package let hash: Hash32
    /// The very bytes that are sent, and sent again.
    package let rawBytes: [UInt8]
    package let fees: Fees
    package var lastSentAt: Timestamp?

    package init(hash: Hash32, rawBytes: [UInt8], fees: Fees, lastSentAt: Timestamp? = nil) {
        self.hash = hash
        self.rawBytes = rawBytes
        self.fees = fees
        self.lastSentAt = lastSentAt
    }
}

/// How a mined settlement came out, in the words of its receipt.
package struct Inclusion: Equatable, Sendable {
    package let transactionHash: Hash32
    package let blockNumber: UInt64
    package let blockHash: Hash32
    package let succeeded: Bool
    package let gasUsed: UInt64
    /// Wei per gas that was paid.
    package let effectiveGasPrice: UInt256
    /// Whether the client's own call went through; nil where the contract does not say.
    package let callbackSucceeded: Bool?

    package init(
        transactionHash: Hash32,
        blockNumber: UInt64,
        blockHash: Hash32,
        succeeded: Bool,
        gasUsed: UInt64,
        effectiveGasPrice: UInt256,
        callbackSucceeded: Bool?
    ) {
        self.transactionHash = transactionHash
        self.blockNumber = blockNumber
        self.blockHash = blockHash
        self.succeeded = succeeded
        self.gasUsed = gasUsed
        self.effectiveGasPrice = effectiveGasPrice
        self.callbackSucceeded = callbackSucceeded
    }
}
