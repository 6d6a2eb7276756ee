import Glibc

/// Where the sources of this package are, for tests that run its programs or read its fixtures.
package enum PackageRoot {
    package static let path: String = {
        // Tests/RelayTestSupport/System/PackageRoot.swift
        var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        parts.removeLast(4)
        return parts.joined(separator: "/")
    }()

    /// The interpreter that `make setup` installs.
    /// - Throws: `MissingProgram`, which says what to do.
    package static func python() throws(MissingProgram) -> String {
        try program("\(path)/.venv/bin/python", remedy: "run make setup first")
    }

    /// The relayer as built for tests; `LILYPAD_RELAYER` in the environment names another one.
    /// - Throws: `MissingProgram`, which says what to do.
    package static func relayer() throws(MissingProgram) -> String {
        if let named = unsafe getenv("LILYPAD_RELAYER") {
            return try program(unsafe String(cString: named), remedy: "LILYPAD_RELAYER names no program")
        }
        return try program("\(path)/.build/debug/lilypad-relayer", remedy: "run swift build first")
    }

    private static func program(_ path: String, remedy: String) throws(MissingProgram) -> String {
        guard unsafe access(path, X_OK) == 0 else { throw MissingProgram(path: path, remedy: remedy) }
        return path
    }
}

/// A program that a test needs is not there.
package struct MissingProgram: Error, CustomStringConvertible {
    package let path: String
    package let remedy: String

    package var description: String { "\(path) is missing: \(remedy)" }
}
