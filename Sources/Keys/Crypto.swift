// The account's private key: where it comes from, where it is kept, and signing with it.
//
// Key bytes and passwords live in a `Secret` and nowhere longer than a call. They come from files or the environment,
// never from the command line.

internal import COpenSSL

/// The functions of libcrypto that a keystore needs, lengths checked before each call.
enum Crypto {
    /// scrypt (RFC 7914) to the length of `key`, with `n` a power of two; `memory` is the most bytes it may take.
    static func scrypt(
        _ password: Secret,
        salt: [UInt8],
        n: UInt64,
        r: UInt64,
        p: UInt64,
        memory: UInt64,
        into key: inout MutableSpan<UInt8>
    ) throws(KeyError) {
        let done = unsafe key.withUnsafeMutableBufferPointer { key in
            password.withBytes { text in
                unsafe text.withUnsafeBytes { text in
                    let characters = unsafe text.assumingMemoryBound(to: CChar.self).baseAddress
                    return unsafe EVP_PBE_scrypt(
                        characters,
                        text.count,
                        salt,
                        salt.count,
                        n,
                        r,
                        p,
                        memory,
                        key.baseAddress,
                        key.count
                    )
                }
            }
        }
        guard done == 1 else { throw .crypto(reason()) }
    }

    /// PBKDF2 (RFC 8018) with HMAC-SHA-256 to the length of `key`.
    static func pbkdf2(
        _ password: Secret,
        salt: [UInt8],
        rounds: Int32,
        into key: inout MutableSpan<UInt8>
    ) throws(KeyError) {
        let done = unsafe key.withUnsafeMutableBufferPointer { key in
            password.withBytes { text in
                unsafe text.withUnsafeBytes { text in
                    let characters = unsafe text.assumingMemoryBound(to: CChar.self).baseAddress
                    return unsafe PKCS5_PBKDF2_HMAC(
                        characters,
                        Int32(clamping: text.count),
                        salt,
                        Int32(clamping: salt.count),
                        rounds,
                        EVP_sha256(),
                        Int32(clamping: key.count),
                        key.baseAddress
                    )
                }
            }
        }
        guard done == 1 else { throw .crypto(reason()) }
    }

    /// AES-128 in counter mode, both ways: 16 bytes of key and of IV, as many of `output` from `start` on as `input` has.
    static func aes128CTR(
        _ input: Span<UInt8>,
        key: Span<UInt8>,
        iv: [UInt8],
        into output: inout MutableSpan<UInt8>,
        at start: Int
    ) throws(KeyError) {
        guard key.count == 16, iv.count == 16, (0...1 << 20).contains(start), input.count <= output.count - start
        else {
            throw .crypto("wrong length of a key, IV or text")
        }
        guard let context = unsafe EVP_CIPHER_CTX_new() else { throw .crypto(reason()) }
        // Which wipes it.
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        var count: Int32 = 0
        let done = unsafe output.withUnsafeMutableBufferPointer { output in
            unsafe key.withUnsafeBufferPointer { key in
                unsafe input.withUnsafeBufferPointer { input in
                    let length = Int32(clamping: input.count)
                    guard unsafe EVP_EncryptInit_ex(context, EVP_aes_128_ctr(), nil, key.baseAddress, iv) == 1
                    else { return false }
                    let target = unsafe output.baseAddress?.advanced(by: start)
                    return unsafe EVP_EncryptUpdate(context, target, &count, input.baseAddress, length) == 1
                }
            }
        }
        guard done, Int(count) == input.count else { throw .crypto(reason()) }
    }

    /// Whether two texts are equal, in a time that does not tell where they differ.
    static func isEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        guard one.count == other.count else { return false }
        return unsafe CRYPTO_memcmp(one, other, one.count) == 0
    }

    /// Bytes that others may see: salts, IVs, ids.
    static func random(_ count: Int) throws(KeyError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        guard unsafe RAND_bytes(&bytes, Int32(clamping: count)) == 1 else { throw .crypto(reason()) }
        return bytes
    }

    static func fillWithSecretRandom(_ bytes: inout MutableSpan<UInt8>) throws(KeyError) {
        let done = unsafe bytes.withUnsafeMutableBufferPointer { bytes in
            unsafe RAND_priv_bytes(bytes.baseAddress, Int32(clamping: bytes.count))
        }
        guard done == 1 else { throw .crypto(reason()) }
    }

    static func wipe(_ bytes: inout [UInt8]) {
        unsafe bytes.withUnsafeMutableBytes { bytes in unsafe OPENSSL_cleanse(bytes.baseAddress, bytes.count) }
    }

    /// libcrypto's last error, and none left behind.
    private static func reason() -> String {
        defer { ERR_clear_error() }
        return unsafe ERR_reason_error_string(ERR_peek_last_error()).map { unsafe String(cString: $0) } ?? "failed"
    }
}
