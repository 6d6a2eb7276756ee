internal import JSON

/// The version of an orchestrator, as far as it matters.
package struct ServerVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let major: Int
    package let minor: Int
    package let patch: Int

    package init(_ major: Int, _ minor: Int, _ patch: Int) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    /// From `v1.9.3` or `1.9.3-rc1+build`; nil for anything else.
    package init?(_ text: String) {
        let number = (text.hasPrefix("v") ? text.dropFirst() : Substring(text)).prefix { $0 != "-" && $0 != "+" }
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        let values = parts.compactMap { part in
            part.utf8.allSatisfy { (0x30...0x39).contains($0) } && part.utf8.count <= 9 ? Int(part) : nil
        }
        guard parts.count == 3, values.count == 3 else { return nil }
        self.init(values[0], values[1], values[2])
    }

    /// From the answer of `/agent/version`; nil when it names none.
    package init?(answer: [UInt8]) {
        guard let text = (try? JSONValue.parse(answer))?["GitVersion"]?.string else { return nil }
        self.init(text)
    }

    /// The first one that holds a single job of a name, without which a job could be submitted twice.
    package static let oldest = ServerVersion(1, 8, 0)

    /// Whether jobs may be submitted to it; a pre-release counts as its release.
    package var isSupported: Bool { self >= .oldest }

    package static func < (left: ServerVersion, right: ServerVersion) -> Bool {
        (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
    }

    package var description: String { "\(major).\(minor).\(patch)" }
}
