internal import Glibc

extension Keystore {
    /// Writes a keystore to a new file that only its owner may read, on disk when this returns.
    ///
    /// Throws `KeyError.file` where there is a file of that name already: a key is never overwritten.
    package static func write(_ json: [UInt8], to path: String) throws(KeyError) {
        let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .file(path: path, reason: systemError(errno)) }
        defer { close(descriptor) }
        var rest = json[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 || errno == EINTR else { throw .file(path: path, reason: systemError(errno)) }
            rest = rest.dropFirst(max(count, 0))
        }
        guard fsync(descriptor) == 0 else { throw .file(path: path, reason: systemError(errno)) }
        syncDirectory(of: path)
    }

    /// Puts the file's name on disk too, where the system can.
    private static func syncDirectory(of path: String) {
        let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = unsafe Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
