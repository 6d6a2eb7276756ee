import Glibc

/// A settings file's content, as it lies on disk.
package enum SettingsFile {
    /// At most `YAMLReader.maximumSize` bytes and one more, so that a larger file is told as such.
    ///
    /// - Throws: `Problems` with the system's reason; a folder or a device is refused.
    package static func bytes(of path: String) throws(Problems) -> [UInt8] {
        try bytes(of: path, limit: YAMLReader.maximumSize)
    }

    /// At most `limit` bytes and one more; throws as above.
    package static func bytes(of path: String, limit: Int) throws(Problems) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw refusal(path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw refusal(path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw refusal(path, "this is not a regular file") }
        return try bytes(from: descriptor, path: path, limit: limit)
    }

    private static func bytes(from descriptor: Int32, path: String, limit: Int) throws(Problems) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var filled = 0
        while filled < bytes.count {
            let count = unsafe bytes.withUnsafeMutableBytes {
                unsafe read(descriptor, $0.baseAddress?.advanced(by: filled), $0.count - filled)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw refusal(path, errno) }
            if count == 0 { break }
            filled += count
        }
        return Array(bytes.prefix(filled))
    }

    private static func refusal(_ path: String, _ number: Int32) -> Problems {
        refusal(path, unsafe "cannot read it: \(String(cString: strerror(number)))")
    }

    private static func refusal(_ path: String, _ reason: String) -> Problems {
        Problems([Problem(place: .file(path, line: 1, column: 1), message: reason)])
    }
}
