/// What a module is called by: a name and, mostly, a version, as in `cowsay:v0.0.4` or `github.com/org/cowsay:v1`.
///
/// Both are names alone, compared letter by letter: nothing is fetched by them, and no version stands for another. A
/// module without a version is one that the operator's settings list without one.
package struct ModuleName: Sendable, Hashable, CustomStringConvertible {
    /// From 1 to 128 letters, digits, `.`, `-`, `_` and `/`, a letter or digit first and behind each slash.
    package let name: String
    /// From 1 to 64 letters, digits, `.`, `-`, `_` and `+`, a letter or digit first; nil where there is none.
    package let version: String?

    /// What a text has that no module's name has.
    package struct Flaw: Error, Sendable, Equatable {
        /// Completes "the module's name …".
        package let reason: String
        /// Bytes from the start of the text.
        package let offset: Int
    }

    /// Reads `name` or `name:version`; nothing of it is corrected.
    package init(_ text: [UInt8]) throws(Flaw) {
        let colon = text.firstIndex(of: UInt8(ascii: ":")) ?? text.endIndex
        name = try Self.part(text[..<colon], called: "it", limit: 128, marks: "._-/")
        version =
            colon == text.endIndex
            ? nil : try Self.part(text[(colon + 1)...], called: "its version", limit: 64, marks: "._-+")
    }

    /// As above, from a text; nil where it is no name.
    package init?(_ text: String) {
        guard let name = try? ModuleName(Array(text.utf8)) else { return nil }
        self = name
    }

    /// What Lilypad's own documentation begins with.
    package static let example = ModuleName(name: "cowsay", version: "v0.0.4")

    private init(name: String, version: String?) {
        self.name = name
        self.version = version
    }

    package var description: String { version.map { "\(name):\($0)" } ?? name }

    private static func part(
        _ bytes: ArraySlice<UInt8>,
        called what: String,
        limit: Int,
        marks: String
    ) throws(Flaw) -> String {
        guard !bytes.isEmpty else { throw Flaw(reason: "is none: \(what) is empty", offset: bytes.startIndex) }
        guard bytes.count <= limit else {
            throw Flaw(reason: "is none: \(what) has more than \(limit) letters", offset: bytes.startIndex)
        }
        var isStart = true
        for index in bytes.indices {
            let byte = bytes[index]
            let isWord = isLetterOrDigit(byte)
            guard isWord || marks.utf8.contains(byte) else {
                throw Flaw(reason: "cannot have \(shown(byte)) in it", offset: index)
            }
            guard isWord || !isStart else {
                throw Flaw(reason: "needs a letter or digit in place of \(shown(byte))", offset: index)
            }
            // So `..` never leads anywhere, should a name ever become a path.
            guard byte != dot || index + 1 == bytes.endIndex || bytes[index + 1] != dot else {
                throw Flaw(reason: "cannot have \"..\" in it", offset: index)
            }
            isStart = byte == slash
        }
        guard !isStart else { throw Flaw(reason: "cannot end in a slash", offset: bytes.endIndex - 1) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let dot = UInt8(ascii: ".")
    private static let slash = UInt8(ascii: "/")

    private static func shown(_ byte: UInt8) -> String {
        (0x21...0x7e).contains(byte) ? "'\(Character(Unicode.Scalar(byte)))'" : "the byte \(byte)"
    }
}

func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    default: false
    }
}
