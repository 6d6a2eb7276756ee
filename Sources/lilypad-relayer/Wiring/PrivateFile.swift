import Glibc

/// A file that only its owner may read.
enum PrivateFile {
    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Whether there is surely no such file, which is more than that it cannot be reached.
    static func isMissing(_ path: String) -> Bool { unsafe access(path, F_OK) != 0 && errno == ENOENT }

    /// Writes a new file with mode 0600; one that exists is replaced only when that is wanted.
    static func write(_ bytes: [UInt8], to path: String, replacing: Bool) throws {
        let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (replacing ? O_TRUNC : O_EXCL)
        let descriptor = unsafe open(path, flags, 0o600)
        guard descriptor >= 0 else { throw failure("cannot write", path) }
        defer { close(descriptor) }
        // One that exists keeps its mode otherwise.
        guard fchmod(descriptor, 0o600) == 0 else { throw failure("cannot write", path) }
        var rest = ArraySlice(bytes)
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("cannot write", path) }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0 else { throw failure("cannot write", path) }
    }

    /// Throws unless files can be made beside this one.
    static func requireFolder(of path: String) throws {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        guard unsafe access(folder, W_OK | X_OK) == 0 else { throw failure("cannot write into the folder", folder) }
    }

    private static func failure(_ what: String, _ path: String) -> CommandFailure {
        let reason = unsafe String(cString: strerror(errno))
        return CommandFailure("\(what) \(path): \(reason)", .usage)
    }
}
