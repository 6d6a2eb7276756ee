internal import CLinux
internal import Glibc

/// Holds `path` + ".lock" for this process, until it is let go or the process ends.
///
/// Open file description locks (`F_OFD_SETLK`) are used: unlike `F_SETLK` ones they are not dropped when any other
/// descriptor of the same file is closed, and they refuse a second open in the same process too.
package final class FileLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock or throws `SQLiteError` of kind `inUse`; it does not wait.
    package init(path: String) throws(SQLiteError) {
        let name = path + ".lock"
        descriptor = unsafe open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw SQLiteError(.cannotOpen, "cannot open the lock: \(systemError(errno))", path: name)
        }
        guard Self.lock(descriptor) else {
            let reason = errno
            let holder = Self.holder(descriptor)
            close(descriptor)
            guard reason == EAGAIN || reason == EACCES else {
                throw SQLiteError(.cannotOpen, "cannot lock: \(systemError(reason))", path: name)
            }
            throw SQLiteError(.inUse, "\(holder ?? "another process") holds the lock", path: path)
        }
        Self.note(descriptor)
    }

    deinit { close(descriptor) }

    /// Whether anybody holds the lock of the database at `path` now; nobody does where there is no such file.
    package static func isHeld(path: String) -> Bool {
        guard let file = try? resolvedPath(path) else { return false }
        let descriptor = unsafe open(file + ".lock", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var lock = wholeFile()
        return unsafe fcntl(descriptor, clinux_ofd_getlk, &lock) == 0 && lock.l_type != Int16(F_UNLCK)
    }

    private static func lock(_ descriptor: Int32) -> Bool {
        var lock = wholeFile()
        return unsafe fcntl(descriptor, clinux_ofd_setlk, &lock) == 0
    }

    private static func wholeFile() -> flock {
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        return lock
    }

    /// Writes this process's number into the file, for whoever is refused.
    ///
    /// It is a hint: the lock is what counts.
    private static func note(_ descriptor: Int32) {
        let text = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0 else { return }
        _ = unsafe text.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    private static func holder(_ descriptor: Int32) -> String? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count > 0 else { return nil }
        let digits = bytes.prefix(count).prefix { (0x30...0x39).contains($0) }
        return digits.isEmpty ? nil : "process \(String(decoding: digits, as: UTF8.self))"
    }
}
