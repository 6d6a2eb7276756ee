import Glibc

/// A spec's text from a file or standard input.
enum SpecFile {
    /// The contract takes 8,192 bytes.
    static let limit = 8_192

    static func read(_ path: String) throws -> [UInt8] {
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
            throw CommandFailure("\(path) has more than the \(limit) bytes that the contract takes", .usage)
        }
        return bytes
    }
}
