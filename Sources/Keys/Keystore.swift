internal import Ethereum
internal import JSON

/// Version 3 keystores (Web3 Secret Storage), as geth and eth-account write them.
package enum Keystore {
    /// The private key in a keystore file, opened with a password file.
    ///
    /// Takes a second and a quarter of a gigabyte with the usual parameters: call it where that may block.
    package static func open(file path: String, passwordFile: String) throws(KeyError) -> PrivateKey {
        try open(file: path, password: try Secret.file(passwordFile))
    }

    /// The private key in the keystore at `path`; `KeyError.keystore` says what is wrong with it.
    package static func open(file path: String, password: Secret) throws(KeyError) -> PrivateKey {
        let json = try OpenFile(reading: path).readAll(limit: 65_536)
        do {
            return try open(json.withBytes { bytes in bytes.indices.map { bytes[$0] } }, password: password)
        } catch {
            throw .keystore(path: path, error)
        }
    }

    /// The private key in a keystore.
    ///
    /// Throws `KeyError`: `wrongPassword`, `malformed`, `unsupported`, and `wrongAddress` where the file names another.
    package static func open(_ json: [UInt8], password: Secret) throws(KeyError) -> PrivateKey {
        let file = try KeystoreFile(json)
        let derived = try file.derivation.key(from: password)
        guard Crypto.isEqual(mac(file.ciphertext, derived), file.mac) else { throw .wrongPassword }
        let secret = try Secret(capacity: 32) { (plain) throws(KeyError) in
            // Some old programs left out leading zeros.
            let start = plain.count - file.ciphertext.count
            try apply(file.ciphertext.span, derived, file.iv, into: &plain, at: start)
            return 32
        }
        let key = try PrivateKey(secret, source: "the keystore")
        if let named = file.address, named != key.address { throw .wrongAddress(file: named, key: key.address) }
        return key
    }

    /// A keystore for the key, with fresh salt, IV and id.
    ///
    /// Takes about a second.
    package static func json(_ key: PrivateKey, password: Secret) throws(KeyError) -> [UInt8] {
        try json(key, password: password, derivation: .standard(salt: Crypto.random(32)))
    }

    static func json(
        _ key: PrivateKey,
        password: Secret,
        derivation: KeyDerivation
    ) throws(KeyError) -> [UInt8] {
        let derived = try derivation.key(from: password)
        let iv = try Crypto.random(16)
        let ciphertext = try key.withBytes { (plain) throws(KeyError) in
            var bytes = [UInt8](repeating: 0, count: plain.count)
            var output = bytes.mutableSpan
            try apply(plain, derived, iv, into: &output)
            return bytes
        }
        let file = KeystoreFile(
            address: key.address,
            derivation: derivation,
            iv: iv,
            ciphertext: ciphertext,
            mac: mac(ciphertext, derived)
        )
        return file.json(id: try uuid())
    }

    /// Encrypts or decrypts with the first half of the derived key.
    private static func apply(
        _ input: Span<UInt8>,
        _ derived: Secret,
        _ iv: [UInt8],
        into output: inout MutableSpan<UInt8>,
        at start: Int = 0
    ) throws(KeyError) {
        try derived.withBytes { (derived) throws(KeyError) in
            try Crypto.aes128CTR(input, key: derived.extracting(first: 16), iv: iv, into: &output, at: start)
        }
    }

    /// keccak-256 of the second half of the derived key and the ciphertext.
    private static func mac(_ ciphertext: [UInt8], _ derived: Secret) -> [UInt8] {
        var message = derived.withBytes { bytes in (16..<32).map { bytes[$0] } } + ciphertext
        defer { Crypto.wipe(&message) }
        return keccak256(message).bytes
    }

    /// RFC 4122, version 4.
    private static func uuid() throws(KeyError) -> String {
        var bytes = try Crypto.random(16)
        bytes[6] = bytes[6] & 0x0f | 0x40
        bytes[8] = bytes[8] & 0x3f | 0x80
        let parts = [bytes[0..<4], bytes[4..<6], bytes[6..<8], bytes[8..<10], bytes[10..<16]]
        return parts.map { Hex.encode(Array($0)) }.joined(separator: "-")
    }
}
