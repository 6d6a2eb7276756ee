// Transaction: what the relayer sends, EIP-1559's type 2 in EIP-2718's envelope.

/// A transaction with a priority fee and a fee cap (EIP-1559), without an access list.
package struct EIP1559Transaction: Hashable, Sendable {
    /// The number that binds the transaction to one chain (EIP-155's).
    package var chainID: UInt64
    /// How many transactions of the sender go before this one.
    package var nonce: UInt64
    /// In wei.
    package var maxPriorityFeePerGas: UInt256
    /// In wei.
    package var maxFeePerGas: UInt256
    /// The most that it may use, in gas units.
    package var gasLimit: UInt64
    /// Nil creates a contract.
    package var to: Address?
    /// In wei.
    package var value: UInt256
    /// The calldata, or the code that creates a contract and its arguments.
    package var data: [UInt8]

    package init(
        chainID: UInt64,
        nonce: UInt64,
        maxPriorityFeePerGas: UInt256,
        maxFeePerGas: UInt256,
        gasLimit: UInt64,
        to: Address?,
        value: UInt256 = .zero,
        data: [UInt8] = []
    ) {
        self.chainID = chainID
        self.nonce = nonce
        self.maxPriorityFeePerGas = maxPriorityFeePerGas
        self.maxFeePerGas = maxFeePerGas
        self.gasLimit = gasLimit
        self.to = to
        self.value = value
        self.data = data
    }

    /// The byte before the RLP list (EIP-2718).
    static let type: UInt8 = 2

    /// What the sender signs.
    package var signingHash: Hash32 { keccak256([EIP1559Transaction.type] + RLP.encode(.list(fields))) }

    /// The fields in the order of EIP-1559, the access list last.
    private var fields: [RLPItem] {
        [
            .number(chainID), .number(nonce), .number(maxPriorityFeePerGas), .number(maxFeePerGas),
            .number(gasLimit), .bytes(to?.bytes ?? []), .number(value), .bytes(data), .list([]),
        ]
    }

    func rawBytes(with signature: RecoverableSignature) -> [UInt8] {
        let signatureFields: [RLPItem] = [
            .number(signature.yParity ? 1 : 0 as UInt64), .number(signature.r), .number(signature.s),
        ]
        return [EIP1559Transaction.type] + RLP.encode(.list(fields + signatureFields))
    }

    /// Signs, and checks that the signature is indeed by the signer's account: a transaction of a stranger would
    /// spend a stranger's nonce, or nothing.
    package func signed(by signer: some TransactionSigner) throws(SigningError) -> SignedTransaction {
        let digest = signingHash
        let signature = try signer.sign(digest)
        let sender = try Secp256k1.recoverAddress(digest, signature)
        guard sender == signer.address else { throw .wrongSigner(expected: signer.address, actual: sender) }
        return SignedTransaction(transaction: self, signature: signature, sender: sender)
    }
}
