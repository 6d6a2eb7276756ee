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

/// Refuses a file that has more than one name (a hard link): lock, WAL and shared memory stand beside each name, so that
/// two processes would write into one file and know nothing of each other.
func refuseSecondName(of path: String) throws(SQLiteError) {
    var status = stat()
    // A folder is refused by SQLite itself.
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink > 1 else { return }
    throw SQLiteError(.linked, "the file has \(status.st_nlink) names (hard links): it must have one", path: path)
}

/// The system's text for an errno.
func systemError(_ number: Int32) -> String { unsafe String(cString: strerror(number)) }
