/// Where a URL leads, of a URL that every program reads alike.
package struct WebURL: Equatable, Sendable {
    package enum Scheme: String, Sendable {
        case http
        case https

        var defaultPort: UInt16 { self == .https ? 443 : 80 }
    }

    /// What a URL is for.
    package enum Purpose: Sendable {
        /// It names a file.
        case file
        /// It names a server, without a path.
        case server
    }

    package let scheme: Scheme
    package let host: WebHost
    package let port: UInt16

    /// Reads an absolute URL of printable ASCII, without a user name, a fragment, or anything that is ambiguous.
    package init(_ text: String, for purpose: Purpose = .file) throws(PolicyMistake) {
        guard text.utf8.allSatisfy(Self.isPlain) else {
            throw PolicyMistake(#"it has a character that programs read in different ways, such as a space, \ or #"#)
        }
        let lower = text.lowercased()
        let schemes: [Scheme] = [.https, .http]
        guard let scheme = schemes.first(where: { lower.hasPrefix("\($0.rawValue)://") }) else {
            throw PolicyMistake("it does not begin with https:// or http://")
        }
        let rest = text.dropFirst(scheme.rawValue.utf8.count + 3)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let (host, port) = try Self.server(authority, scheme)
        try Self.check(rest.dropFirst(authority.count), for: purpose)
        self.scheme = scheme
        self.host = host
        self.port = port
    }

    private static func isPlain(_ byte: UInt8) -> Bool { 0x21...0x7e ~= byte && !#"\"<>^`{|}#"#.utf8.contains(byte) }

    private static func server(_ authority: Substring, _ scheme: Scheme) throws(PolicyMistake) -> (WebHost, UInt16) {
        guard !authority.utf8.contains(UInt8(ascii: "@")) else { throw PolicyMistake("it has a user name (@)") }
        guard !authority.utf8.contains(UInt8(ascii: "%")) else { throw PolicyMistake("its host has a %") }
        let (host, port) = split(authority)
        guard let port else { return (try WebHost(host), scheme.defaultPort) }
        guard let number = Self.port(port) else { throw PolicyMistake("its port is no number from 1 to 65535") }
        return (try WebHost(host), number)
    }

    /// The host as written, and what is behind its colon, if there is one.
    static func split(_ authority: Substring) -> (host: Substring, port: Substring?) {
        let host: Substring
        if authority.utf8.first == UInt8(ascii: "["), let end = authority.firstIndex(of: "]") {
            host = authority[...end]
        } else {
            host = authority.prefix { $0 != ":" }
        }
        let rest = authority.dropFirst(host.count)
        // What follows a bracket and is no port makes a host that cannot be read.
        guard rest.isEmpty || rest.first == ":" else { return (authority, nil) }
        return (host, rest.isEmpty ? nil : rest.dropFirst())
    }

    /// Decimal digits without leading zeros.
    static func port(_ text: Substring) -> UInt16? {
        guard let port = UInt16(text), port > 0, String(port) == text else { return nil }
        return port
    }

    /// What is behind the host: a path, then perhaps a query.
    private static func check(_ tail: Substring, for purpose: Purpose) throws(PolicyMistake) {
        if case .server = purpose {
            guard tail.isEmpty || tail == "/" else { throw PolicyMistake("it names a server, and may have no path") }
            return
        }
        guard tail.utf8.first == UInt8(ascii: "/") else { throw PolicyMistake("it has no path") }
        let path = tail.prefix { $0 != "?" }
        guard !path.split(separator: "/").contains(where: { $0 == "." || $0 == ".." }) else {
            throw PolicyMistake("its path has . or ..")
        }
        try checkEscapes(Array(tail.utf8))
    }

    /// Each `%` is one byte in two digits, and none that would part, end or climb a path.
    private static func checkEscapes(_ bytes: [UInt8]) throws(PolicyMistake) {
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "%") {
            let digits = bytes[(index + 1)...].prefix(2)
            guard digits.count == 2, digits.allSatisfy(\.isHexDigit),
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            else { throw PolicyMistake("it has a % that is not followed by two hexadecimal digits") }
            guard value >= 0x20, value != 0x7f, !#"/\."#.utf8.contains(value) else {
                throw PolicyMistake(
                    "it has %\(String(decoding: digits, as: UTF8.self)), which programs read in different ways"
                )
            }
        }
    }
}
