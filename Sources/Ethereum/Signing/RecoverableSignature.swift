// Signing: ECDSA over secp256k1 by libsecp256k1, wrapped once. Keys pass through as bytes that their owner keeps.

/// An ECDSA signature from which its signer's address can be computed.
package struct RecoverableSignature: Hashable, Sendable {
    /// The x coordinate of the signature's point, above 0 and below the curve's order.
    package var r: UInt256
    /// In the lower half of the curve's order (EIP-2).
    package var s: UInt256
    /// Which of the two points with x = r: EIP-1559's `yParity`, 0 or 1.
    package var yParity: Bool

    /// Checks no range: `Secp256k1.recoverAddress` refuses what cannot be a signature.
    package init(r: UInt256, s: UInt256, yParity: Bool) {
        self.r = r
        self.s = s
        self.yParity = yParity
    }
}

/// Who can sign for one account.
///
/// A signer that holds no key itself (a remote one) fits as well.
package protocol TransactionSigner: Sendable {
    /// The account.
    var address: Address { get }

    /// Signs a digest as it is: what it stands for is the caller's matter.
    func sign(_ digest: Hash32) throws(SigningError) -> RecoverableSignature
}

/// Why there is no signature, or why one is no good.
package enum SigningError: Error, Hashable, Sendable {
    /// Not 32 bytes, zero, or not below the curve's order.
    case invalidKey
    /// r or s is zero or not below the curve's order, s is in the upper half, or no point belongs to it.
    case invalidSignature
    /// The signature is by another account than the signer says it signs for.
    case wrongSigner(expected: Address, actual: Address)
    /// A signer outside this process gave no signature.
    case unavailable(String)
}

extension SigningError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidKey: "not a private key: 32 bytes, not zero and below the curve's order, are wanted"
        case .invalidSignature: "not a valid signature"
        case .wrongSigner(let expected, let actual): "signed by \(actual) instead of \(expected)"
        case .unavailable(let reason): "the signer gave no signature: \(reason)"
        }
    }
}
