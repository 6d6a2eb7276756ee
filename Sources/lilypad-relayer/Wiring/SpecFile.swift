import Glibc
import RelayCore

/// A spec's text from a file or standard input.
enum SpecFile {
    /// What is longer than the policy allows is read too, so that it is refused as it would be on chain; no transaction
    /// is as long as this.
    private static let ceiling = 8 << 20

    /// Reads a spec for a contract that asks by this binding.
    static func read(_ path: String, for binding: ContractBinding) throws -> [UInt8] {
        let limit = binding.specLimit ?? ceiling
        let descriptor = path == "-" ? 0 : unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CommandFailure("cannot read \(path): \(unsafe String(cString: strerror(errno)))", .usage)
        }
        defer { if descriptor != 0 { close(descriptor) } }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while bytes.count <= limit {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw CommandFailure("cannot read \(path): \(unsafe String(cString: strerror(errno)))", .usage)
            }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        guard bytes.count <= limit else {
            let whose = binding.specLimit == nil ? "that a spec can have" : "that the contract takes"
            throw CommandFailure("\(path) has more than the \(limit) bytes \(whose)", .usage)
        }
        return bytes
    }
}
