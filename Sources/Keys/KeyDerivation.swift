internal import Ethereum
internal import JSON

/// How a keystore's password becomes a key, within what a file may ask of us.
enum KeyDerivation: Equatable {
    case scrypt(n: UInt64, r: UInt64, p: UInt64, salt: [UInt8])
    case pbkdf2(rounds: Int32, salt: [UInt8])

    /// What a new keystore uses: geth's standard, 256 MiB and about a second.
    static func standard(salt: [UInt8]) -> KeyDerivation { .scrypt(n: 262_144, r: 8, p: 1, salt: salt) }

    /// Reads `kdf` and `kdfparams`: scrypt with n a power of two, n × r ≤ 2^22 (512 MiB) and n × r × p ≤ 2^25, or
    /// PBKDF2 with HMAC-SHA-256 of at most 10,000,000 rounds.
    init(_ crypto: KeystoreObject) throws(KeyError) {
        let kdf = try crypto.text("kdf")
        let parameters = try crypto.object("kdfparams")
        _ = try parameters.integer("dklen", 32...32)
        let salt = try parameters.bytes("salt", 1...1_024)
        switch kdf {
        case "scrypt": self = try Self.scrypt(parameters, salt: salt)
        case "pbkdf2":
            let prf = try parameters.text("prf")
            guard prf == "hmac-sha256" else { throw .unsupported("prf \(prf)") }
            let rounds = try parameters.integer("c", 1...10_000_000)
            self = .pbkdf2(rounds: Int32(clamping: rounds), salt: salt)
        default: throw .unsupported("kdf \(kdf)")
        }
    }

    private static func scrypt(_ parameters: KeystoreObject, salt: [UInt8]) throws(KeyError) -> KeyDerivation {
        let n = try parameters.integer("n", 2...1 << 20)
        let r = try parameters.integer("r", 1...64)
        let p = try parameters.integer("p", 1...64)
        guard n.nonzeroBitCount == 1 else { throw .malformed("n is \(n), not a power of two") }
        guard n * r <= 1 << 22, n * r * p <= 1 << 25 else {
            throw .malformed("scrypt with n \(n), r \(r), p \(p) takes more memory or time than is allowed")
        }
        // RFC 7914 §2 wants n < 2^(128 × r / 8), and libcrypto insists on it.
        guard r >= 4 || n < 1 << (16 * r) else { throw .unsupported("scrypt with n \(n) and r \(r)") }
        return .scrypt(n: UInt64(n), r: UInt64(r), p: UInt64(p), salt: salt)
    }

    /// The 32 bytes that encrypt (the first half) and authenticate (the second).
    func key(from password: Secret) throws(KeyError) -> Secret {
        try Secret(capacity: 32) { (key) throws(KeyError) in
            switch self {
            case .scrypt(let n, let r, let p, let salt):
                // 0 would mean 32 MiB, which is too little. 128 × r × (n + p) bytes and some are needed.
                try Crypto.scrypt(password, salt: salt, n: n, r: r, p: p, memory: 600 << 20, into: &key)
            case .pbkdf2(let rounds, let salt):
                try Crypto.pbkdf2(password, salt: salt, rounds: rounds, into: &key)
            }
            return 32
        }
    }

    var name: String {
        switch self {
        case .scrypt: "scrypt"
        case .pbkdf2: "pbkdf2"
        }
    }

    func write(to object: inout JSONWriter) {
        object.member("dklen", 32)
        switch self {
        case .scrypt(let n, let r, let p, let salt):
            object.member("n", n)
            object.member("p", p)
            object.member("r", r)
            object.member("salt", Hex.encode(salt))
        case .pbkdf2(let rounds, let salt):
            object.member("c", rounds)
            object.member("prf", "hmac-sha256")
            object.member("salt", Hex.encode(salt))
        }
    }
}
