private import CSecp256k1

/// libsecp256k1: constant-time signing with RFC 6979 nonces, and recovery.
package enum Secp256k1 {
    /// Whether these bytes are a private key: 32 of them, not zero and below the curve's order.
    package static func isValidKey(_ key: Span<UInt8>) -> Bool {
        guard key.count == 32 else { return false }
        return unsafe key.withUnsafeBufferPointer { bytes in
            guard let bytes = bytes.baseAddress else { return false }
            return unsafe secp256k1_ec_seckey_verify(context, bytes) == 1
        }
    }

    /// Signs a digest; s is in the lower half of the order.
    package static func sign(_ digest: Hash32, key: Span<UInt8>) throws(SigningError) -> RecoverableSignature {
        guard isValidKey(key) else { throw .invalidKey }
        var signature = secp256k1_ecdsa_recoverable_signature()
        let message = digest.bytes
        let signed = unsafe key.withUnsafeBufferPointer { bytes in
            guard let bytes = bytes.baseAddress else { return false }
            return unsafe secp256k1_ecdsa_sign_recoverable(context, &signature, message, bytes, nil, nil) == 1
        }
        guard signed else { throw .invalidKey }
        return try compact(signature)
    }

    /// The address whose key made this signature of `digest`.
    package static func recoverAddress(
        _ digest: Hash32,
        _ signature: RecoverableSignature
    ) throws(SigningError) -> Address {
        guard signature.s <= halfOrder else { throw .invalidSignature }
        let bytes = signature.r.bigEndianBytes + signature.s.bigEndianBytes
        var parsed = secp256k1_ecdsa_recoverable_signature()
        let parity: Int32 = signature.yParity ? 1 : 0
        guard unsafe secp256k1_ecdsa_recoverable_signature_parse_compact(context, &parsed, bytes, parity) == 1
        else { throw .invalidSignature }
        var key = secp256k1_pubkey()
        guard unsafe secp256k1_ecdsa_recover(context, &key, &parsed, digest.bytes) == 1
        else { throw .invalidSignature }
        return address(ofPublicKey: serialized(key))
    }

    /// The 64 bytes x ‖ y of the key's public point.
    package static func publicKey(ofKey key: Span<UInt8>) throws(SigningError) -> [UInt8] {
        guard isValidKey(key) else { throw .invalidKey }
        var point = secp256k1_pubkey()
        let created = unsafe key.withUnsafeBufferPointer { bytes in
            guard let bytes = bytes.baseAddress else { return false }
            return unsafe secp256k1_ec_pubkey_create(context, &point, bytes) == 1
        }
        guard created else { throw .invalidKey }
        return serialized(point)
    }

    /// The account of a private key.
    package static func address(ofKey key: Span<UInt8>) throws(SigningError) -> Address {
        address(ofPublicKey: try publicKey(ofKey: key))
    }

    /// The last 20 bytes of the hash of x ‖ y.
    private static func address(ofPublicKey point: [UInt8]) -> Address { Address(lowBytesOf: keccak256(point)) }

    /// Half of the curve's order, rounded down: the highest s that EIP-2 allows.
    private static let halfOrder: UInt256 =
        0x7fff_ffff_ffff_ffff_ffff_ffff_ffff_ffff_5d57_6e73_57a4_501d_dfe9_2f46_681b_20a0

    private static func compact(
        _ signature: secp256k1_ecdsa_recoverable_signature
    ) throws(SigningError) -> RecoverableSignature {
        var signature = signature
        var bytes = [UInt8](repeating: 0, count: 64)
        var recovery: Int32 = 0
        _ = unsafe secp256k1_ecdsa_recoverable_signature_serialize_compact(context, &bytes, &recovery, &signature)
        // 2 and 3 say that r was reduced by the order, which Ethereum cannot express: once in 2^127 signatures.
        guard recovery < 2 else { throw .invalidSignature }
        let words = bytes.span
        return RecoverableSignature(
            r: Hash32(words, at: 0).asUInt256,
            s: Hash32(words, at: 32).asUInt256,
            yParity: recovery == 1
        )
    }

    /// A public key without the prefix byte of its uncompressed form.
    private static func serialized(_ key: secp256k1_pubkey) -> [UInt8] {
        var key = key
        var bytes = [UInt8](repeating: 0, count: 65)
        var length = bytes.count
        _ = unsafe secp256k1_ec_pubkey_serialize(context, &bytes, &length, &key, csecp256k1_uncompressed)
        return Array(bytes.dropFirst())
    }

    /// Made once and blinded against side channels; afterwards only read, which libsecp256k1 allows concurrently.
    private nonisolated(unsafe) static let context: OpaquePointer = {
        guard let context = unsafe secp256k1_context_create(csecp256k1_context_sign_verify) else {
            preconditionFailure("no memory for libsecp256k1's context")
        }
        var random = SystemRandomNumberGenerator()
        let seed = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        _ = unsafe secp256k1_context_randomize(context, seed)
        return unsafe context
    }()
}
