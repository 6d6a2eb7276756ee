package import Ethereum

/// An account's key in this process's memory.
package final class PrivateKey: TransactionSigner {
    package let address: Address
    private let secret: Secret

    /// Takes the key's 32 bytes, big-endian; `source` names in an error where they came from.
    package init(_ secret: Secret, source: String) throws(KeyError) {
        do {
            address = try secret.withBytes { (bytes) throws(SigningError) in try Secp256k1.address(ofKey: bytes) }
        } catch {
            throw .notAKey(source: source)
        }
        self.secret = secret
    }

    /// Takes 64 hexadecimal digits, with or without `0x`, spaces around them left out.
    package convenience init(hex: Secret, source: String) throws(KeyError) {
        let secret = try hex.withBytes { (text) throws(KeyError) in try Self.decode(text, source: source) }
        try self.init(secret, source: source)
    }

    /// A key from a file of its hexadecimal digits that only its owner may read.
    package convenience init(hexFile path: String) throws(KeyError) {
        try self.init(hex: .file(path), source: path)
    }

    /// A fresh key from libcrypto's generator for secrets.
    package static func random() throws(KeyError) -> PrivateKey {
        // Fewer than one in 2^127 draws is no key.
        for _ in 0..<8 {
            let secret = try Secret(capacity: 32) { (bytes) throws(KeyError) in
                try Crypto.fillWithSecretRandom(&bytes)
                return 32
            }
            if let key = try? PrivateKey(secret, source: "random") { return key }
        }
        throw .crypto("the random generator gives no keys")
    }

    /// Signs with libsecp256k1 and RFC 6979's nonce: a digest always gets the same signature.
    package func sign(_ digest: Hash32) throws(SigningError) -> RecoverableSignature {
        try secret.withBytes { (bytes) throws(SigningError) in try Secp256k1.sign(digest, key: bytes) }
    }

    /// Lends the 32 bytes, for a keystore.
    func withBytes<Value, Failure: Error>(_ body: (Span<UInt8>) throws(Failure) -> Value) throws(Failure) -> Value {
        try secret.withBytes(body)
    }

    private static func decode(_ text: Span<UInt8>, source: String) throws(KeyError) -> Secret {
        var start = 0
        var end = text.count
        while start < end, isSpace(text[start]) { start += 1 }
        while end > start, isSpace(text[end - 1]) { end -= 1 }
        if end - start == 66, text[start] == UInt8(ascii: "0"), text[start + 1] == UInt8(ascii: "x") { start += 2 }
        guard end - start == 64 else { throw .notAKey(source: source) }
        return try Secret(capacity: 32) { (bytes) throws(KeyError) in
            for index in 0..<32 {
                guard let high = nibble(text[start + 2 * index]), let low = nibble(text[start + 2 * index + 1])
                else { throw .notAKey(source: source) }
                bytes[index] = high << 4 | low
            }
            return 32
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0a, 0x0d].contains(byte) }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x41 + 10
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}
