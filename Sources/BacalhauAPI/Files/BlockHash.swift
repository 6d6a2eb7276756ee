import COpenSSL

/// The SHA-256 digest (FIPS 180-4), by which blocks are named.
package func sha256(_ bytes: [UInt8]) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: Int(SHA256_DIGEST_LENGTH)) { digest, count in
        unsafe SHA256(bytes, bytes.count, digest.baseAddress)
        count = Int(SHA256_DIGEST_LENGTH)
    }
}
