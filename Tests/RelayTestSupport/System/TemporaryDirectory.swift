import FoundationEssentials
import Glibc

/// A directory that is gone, with all that is in it, when its last owner is.
package final class TemporaryDirectory: Sendable {
    package let path: String

    /// - Throws: `SystemError` when the system's place for temporary files cannot be written.
    package init() throws(SystemError) {
        let place = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
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

    /// The path of a file in it.
    package func file(_ name: String) -> String { "\(path)/\(name)" }
}
