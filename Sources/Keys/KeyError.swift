package import Ethereum

/// Why a key or its file is refused.
package enum KeyError: Error, Equatable, Sendable {
    /// A file that cannot be read or made, with the system's reason.
    case file(path: String, reason: String)
    /// Others than its owner may read (or write) a secret's file.
    case open(path: String, mode: UInt32)
    /// What is there is no private key.
    case notAKey(source: String)
    /// The file is no version 3 keystore, or asks for more than the bounds allow.
    case malformed(String)
    /// A keystore of a kind that is not read.
    case unsupported(String)
    /// The keystore's checksum does not fit the password: it is wrong, or the file is damaged.
    case wrongPassword
    /// The key in the keystore is another account's than the file says.
    case wrongAddress(file: Address, key: Address)
    /// What is wrong with the keystore of this file.
    indirect case keystore(path: String, KeyError)
    /// libcrypto refused.
    case crypto(String)
}

extension KeyError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let path, let reason): "\(path): \(reason)"
        case .open(let path, let mode):
            "\(path): others may read it (mode 0\(String(mode, radix: 8))): run `chmod 600 \(path)`"
        case .notAKey(let source):
            "\(source): no private key: 64 hexadecimal digits are wanted, not all zero, below the curve's order"
        case .malformed(let reason): "not a keystore: \(reason)"
        case .unsupported(let what): "a keystore of a kind that is not read: \(what)"
        case .wrongPassword: "wrong password for the keystore"
        case .wrongAddress(let file, let key): "the keystore says \(file), but its key is that of \(key)"
        case .keystore(let path, let problem): "\(path): \(problem)"
        case .crypto(let reason): "libcrypto: \(reason)"
        }
    }
}
