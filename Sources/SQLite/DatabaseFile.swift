internal import Glibc

/// Makes an empty file that only its owner can read; leaves one that exists alone.
///
/// SQLite gives its side files the mode of the main one. O_EXCL, because to open and close a file that another
/// connection of this process has open would drop that connection's POSIX locks.
func createPrivateFile(at path: String) throws(SQLiteError) {
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if descriptor >= 0 {
        close(descriptor)
    } else if errno != EEXIST {
        throw SQLiteError(.cannotOpen, "cannot create the file: \(systemError(errno))", path: path)
    }
}

/// The file's one name, without symbolic links, so that two names of one file share one lock.
func resolvedPath(_ path: String) throws(SQLiteError) -> String {
    guard let resolved = unsafe realpath(path, nil) else {
        throw SQLiteError(.cannotOpen, "cannot open the file: \(systemError(errno))", path: path)
    }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
}

/// The system's text for an errno.
func systemError(_ number: Int32) -> String { unsafe String(cString: strerror(number)) }
