/// A transaction ready to be sent, with the bytes that a node takes.
package struct SignedTransaction: Hashable, Sendable {
    package let transaction: EIP1559Transaction
    package let signature: RecoverableSignature
    /// The account that signed, recovered from the signature.
    package let sender: Address
    /// The argument of `eth_sendRawTransaction`.
    package let rawBytes: [UInt8]
    /// keccak-256 of the raw bytes: the transaction's hash.
    package let hash: Hash32

    init(transaction: EIP1559Transaction, signature: RecoverableSignature, sender: Address) {
        self.transaction = transaction
        self.signature = signature
        self.sender = sender
        rawBytes = transaction.rawBytes(with: signature)
        hash = keccak256(rawBytes)
    }
}
