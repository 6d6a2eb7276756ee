import Glibc
import RelayTestSupport

@testable import Keys

/// Text of a test as a secret.
func secret(_ text: String) -> Secret { Secret(copying: text.utf8) }

/// The key's bytes as hexadecimal digits, for comparison with others' tools.
func digits(_ key: PrivateKey) -> String {
    key.withBytes { bytes in bytes.indices.map { hexDigits(bytes[$0]) }.joined() }
}

private func hexDigits(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

/// The bytes of a secret.
func bytes(_ secret: Secret) -> [UInt8] { secret.withBytes { bytes in bytes.indices.map { bytes[$0] } } }

extension TemporaryDirectory {
    /// Writes a file with this mode, whatever the umask, and returns its path.
    func write(_ name: String, _ content: [UInt8], mode: UInt32 = 0o600) -> String {
        let path = file(name)
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        _ = unsafe content.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
        fchmod(descriptor, mode)
        close(descriptor)
        return path
    }

    func write(_ name: String, _ text: String, mode: UInt32 = 0o600) -> String {
        write(name, Array(text.utf8), mode: mode)
    }
}

/// A file as text.
func text(ofFile path: String) throws -> String {
    let content = try OpenFile(reading: path).readAll(limit: 1 << 20)
    return String(decoding: bytes(content), as: UTF8.self)
}
