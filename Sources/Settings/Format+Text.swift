import Wording

extension Format<String> {
    /// Any text but an empty one, at most 4,096 bytes, without control characters.
    package static var text: Self {
        Self(expectation: "a text", schema: .text(pattern: nil), standIn: "text") { (scalar) throws(Misfit) in
            guard !scalar.isNothing else { throw .plain }
            return try checked(scalar.text)
        }
    }

    /// A path; `Section.path` makes it start at the settings' own folder.
    static var path: Self {
        Self(expectation: "a path", schema: .text(pattern: nil), standIn: "path") { (scalar) throws(Misfit) in
            guard !scalar.isNothing else { throw .plain }
            return try checked(scalar.text)
        }
    }

    /// A text that C can take too: no NUL, no line break.
    private static func checked(_ text: String) throws(Misfit) -> String {
        guard !text.isEmpty else { throw .plain }
        guard text.utf8.count <= 4096 else { throw Misfit("it is longer than 4096 bytes") }
        guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw Misfit("it has a control character")
        }
        return text
    }

    /// An absolute URL (RFC 3986) with one of the schemes, a host, and no fragment; it is kept as written.
    ///
    /// Providers put keys into paths, queries and user names: a message shows no more of a URL than its scheme.
    package static func url(schemes: [String]) -> Self {
        let forms = schemes.map { "\($0)://…" }
        return Self(
            expectation: "a URL, \(alternatives(forms))",
            schema: .text(pattern: "^(\(schemes.joined(separator: "|")))://[^\\s/?#]+[^\\s#]*$"),
            standIn: "\(schemes.first ?? "http")://127.0.0.1",
            show: shownURL
        ) { (scalar) throws(Misfit) in
            guard !scalar.isNothing else { throw .plain }
            return try checkedURL(scalar.text, schemes)
        }
    }

    private static func shownURL(_ scalar: Scalar) -> String {
        let parts = scalar.text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let scheme = parts.first else {
            return scalar.isNothing ? scalar.shown : "a text without ://"
        }
        return quoted("\(scheme)://…")
    }

    private static func checkedURL(_ text: String, _ schemes: [String]) throws(Misfit) -> String {
        let text = try checked(text)
        let parts = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, schemes.contains(parts[0].lowercased()) else { throw .plain }
        guard text.utf8.allSatisfy({ 0x21...0x7E ~= $0 && !#""<>\^`{|}#"#.utf8.contains($0) }) else {
            throw Misfit("it has a character that a URL must write as %XX, or a fragment (#)")
        }
        let authority = parts[1].prefix { $0 != "/" && $0 != "?" }
        try checkAuthority(authority)
        return text
    }

    private static func checkAuthority(_ authority: Substring) throws(Misfit) {
        let hostAndPort = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? authority
        // An address of IPv6 stands in brackets and has colons of its own.
        let isIPv6 = hostAndPort.hasPrefix("[")
        let host = isIPv6 ? hostAndPort.prefix { $0 != "]" }.dropFirst() : hostAndPort.prefix { $0 != ":" }
        let port = hostAndPort.dropFirst(host.count + (isIPv6 ? 2 : 0))
        guard !host.isEmpty else { throw Misfit("it has no host") }
        guard port.isEmpty || isPort(port) else { throw Misfit("its port is no number from 1 to 65535") }
    }

    private static func isPort(_ text: Substring) -> Bool {
        guard text.first == ":", let number = UInt16(text.dropFirst()) else { return false }
        return number > 0 && text.dropFirst().allSatisfy { $0.isASCII && $0.isNumber }
    }
}
