extension Format<String> {
    /// An absolute URL (RFC 3986) with one of the schemes, a host, and no fragment; it is kept as written.
    ///
    /// Providers put keys into paths, queries and user names: a message shows no more of a URL than its scheme.
    package static func url(schemes: [String]) -> Self {
        let forms = schemes.map { "\($0)://…" }
        return Self(
            "a URL, \(alternatives(forms))",
            schema: .text(pattern: "^(\(schemes.joined(separator: "|")))://[^\\s/?#]+[^\\s#]*$"),
            standIn: "\(schemes.first ?? "http")://127.0.0.1",
            show: shownURL
        ) { (text) throws(Misfit) in
            try checkedURL(text, schemes)
        }
    }
}

private func parts(_ url: String) -> (scheme: Substring, rest: Substring)? {
    let parts = url.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
    guard let scheme = parts.first, let rest = parts.last, parts.count == 2 else { return nil }
    return (scheme, rest)
}

@Sendable private func shownURL(_ text: String) -> String {
    parts(text).map { quoted("\($0.scheme)://…") } ?? "a text without ://"
}

private func checkedURL(_ text: String, _ schemes: [String]) throws(Misfit) -> String {
    let text = try checkedText(text)
    guard let (scheme, rest) = parts(text), schemes.contains(scheme.lowercased()) else { throw .plain }
    guard text.utf8.allSatisfy({ 0x21...0x7E ~= $0 && !#""<>\^`{|}#"#.utf8.contains($0) }) else {
        throw Misfit("it has a character that a URL must write as %XX, or a fragment (#)")
    }
    try checkAuthority(rest.prefix { $0 != "/" && $0 != "?" })
    return text
}

private func checkAuthority(_ authority: Substring) throws(Misfit) {
    let hostAndPort = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? authority
    // An address of IPv6 stands in brackets and has colons of its own.
    let isIPv6 = hostAndPort.hasPrefix("[")
    let host = isIPv6 ? hostAndPort.prefix { $0 != "]" }.dropFirst() : hostAndPort.prefix { $0 != ":" }
    let port = hostAndPort.dropFirst(host.count + (isIPv6 ? 2 : 0))
    guard !host.isEmpty else { throw Misfit("it has no host") }
    guard port.isEmpty || isPort(port) else { throw Misfit("its port is no number from 1 to 65535") }
}

private func isPort(_ text: Substring) -> Bool {
    guard text.first == ":", let number = UInt16(text.dropFirst()) else { return false }
    return number > 0 && text.dropFirst().allSatisfy { $0.isASCII && $0.isNumber }
}
