internal import Glibc

/// A regular file, opened once: what is checked is what is read.
struct OpenFile: ~Copyable {
    private let descriptor: Int32
    private let path: String
    private let status: stat

    init(reading path: String) throws(KeyError) {
        // O_NONBLOCK: to open a named pipe must not wait for its writer.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .file(path: path, reason: systemError(errno)) }
        var status = stat()
        let isRegular = unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        guard isRegular else {
            close(descriptor)
            throw .file(path: path, reason: "not a regular file")
        }
        self.descriptor = descriptor
        self.path = path
        self.status = status
    }

    deinit { close(descriptor) }

    /// Refuses a file that its group or others may read, write or run.
    func requirePrivate() throws(KeyError) {
        guard status.st_mode & 0o077 == 0 else { throw .open(path: path, mode: status.st_mode & 0o777) }
    }

    /// Reads all of it; refuses an empty file and one of more than `limit` bytes.
    func readAll(limit: Int) throws(KeyError) -> Secret {
        try Secret(capacity: limit + 1) { (bytes) throws(KeyError) in
            var count = 0
            while count < bytes.count {
                let got = try readSome(into: &bytes, from: count)
                if got == 0 { break }
                count += got
            }
            guard count > 0 else { throw .file(path: path, reason: "the file is empty") }
            guard count <= limit else { throw .file(path: path, reason: "larger than \(limit) bytes") }
            return count
        }
    }

    private func readSome(into bytes: inout MutableSpan<UInt8>, from start: Int) throws(KeyError) -> Int {
        while true {
            let got = unsafe bytes.withUnsafeMutableBytes { all in
                unsafe read(descriptor, all.baseAddress?.advanced(by: start), all.count - start)
            }
            if got >= 0 { return got }
            if errno != EINTR { throw .file(path: path, reason: systemError(errno)) }
        }
    }
}

/// The system's text for an errno.
func systemError(_ number: Int32) -> String { unsafe String(cString: strerror(number)) }
