import FoundationEssentials
import Glibc

/// A directory that is gone, with all that is in it, when its last owner is.
package final class TemporaryDirectory: Sendable {
    package let path: String

    /// - Parameter inMemory: in the system's shared memory, where there is such a place: for what is not about the disk.
    /// - Throws: `SystemError` when the system's place for temporary files cannot be written.
    package init(inMemory: Bool = false) throws(SystemError) {
        let named = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        let place = unsafe inMemory && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : named
        // The last six letters are for mkdtemp to replace.
        var template = Array("\(place)/lilypad-relayer-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) }.map { unsafe String(cString: $0) }
        }
        guard let made else { throw SystemError("mkdtemp in \(place)") }
        path = made
    }

    deinit {
        // Removes links, not what they lead to.
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Copies one of its files.
    package func copy(_ name: String, to other: String) throws {
        try FileManager.default.copyItem(atPath: file(name), toPath: file(other))
    }

    /// Removes files of it, as far as they are there.
    package func remove(_ names: [String]) {
        for name in names { try? FileManager.default.removeItem(atPath: file(name)) }
    }

    /// The path of a file in it.
    package func file(_ name: String) -> String { "\(path)/\(name)" }
}
