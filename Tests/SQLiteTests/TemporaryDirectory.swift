import Glibc

/// A directory that goes away, with its files, with the last user of this value.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/lilypad-sqlite-XXXXXX".utf8CString)
        path = unsafe template.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress, let made = unsafe mkdtemp(base) else { return "/nonexistent" }
            return unsafe String(cString: made)
        }
    }

    /// The database most tests use.
    var file: String { path + "/test.db" }

    deinit {
        for name in names { unsafe unlink(path + "/" + name) }
        unsafe rmdir(path)
    }

    /// The files in it.
    var names: [String] {
        guard let handle = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(handle) }
        var names: [String] = []
        while let entry = unsafe readdir(handle) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
