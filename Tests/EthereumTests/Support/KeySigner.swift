import Ethereum

/// A signer whose key is a test's.
struct KeySigner: TransactionSigner {
    let key: [UInt8]
    let address: Address

    init(_ key: [UInt8]) throws(SigningError) {
        self.key = key
        address = try Secp256k1.address(ofKey: key.span)
    }

    func sign(_ digest: Hash32) throws(SigningError) -> RecoverableSignature {
        try Secp256k1.sign(digest, key: key.span)
    }
}
