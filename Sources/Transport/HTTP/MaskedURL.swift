/// A URL as it may be shown: scheme, host, port and the path's common words; `***` for credentials, for query values, for
/// host labels that may be an API key, and for all else in the path.
///
/// Never fails: what does not look like a URL at all becomes `<url>`.
package func maskedURL(_ url: String) -> String {
    MaskedURL(url)?.text ?? "<url>"
}

/// Cuts a URL into its parts (RFC 3986 §3), strictly: a part that could be read in two ways makes it no URL.
private struct MaskedURL {
    let text: String

    init?(_ url: String) {
        let isPlain = url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\\") }
        guard isPlain, let colon = url.firstRange(of: "://") else { return nil }
        let scheme = url[..<colon.lowerBound].lowercased()
        guard ["http", "https", "ws", "wss"].contains(scheme) else { return nil }
        let rest = url[colon.upperBound...].prefix { $0 != "#" }

        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let pathAndQuery = rest[authority.endIndex...]
        // A password with a slash in it would look like a host and a path.
        guard !pathAndQuery.contains("@"), let host = Self.authority(authority) else { return nil }
        let path = pathAndQuery.prefix { $0 != "?" }
        text = "\(scheme)://\(host)\(Self.path(path))\(Self.query(pathAndQuery[path.endIndex...].dropFirst()))"
    }

    private static func authority(_ authority: Substring) -> String? {
        let at = authority.lastIndex(of: "@")
        let hostAndPort = at.map { authority[authority.index(after: $0)...] } ?? authority
        let host: Substring
        if hostAndPort.first == "[" {
            guard let end = hostAndPort.firstIndex(of: "]") else { return nil }
            host = hostAndPort[...end]
        } else {
            host = hostAndPort.prefix { $0 != ":" }
        }
        let port = hostAndPort[host.endIndex...]
        let hasPort = port.first == ":" && port.dropFirst().allSatisfy { ("0"..."9").contains($0) }
        guard isHost(host), port.isEmpty || hasPort else { return nil }
        return (at == nil ? "" : "***@") + masked(host, separator: ".", limit: 16) + port
    }

    private static func isHost(_ host: Substring) -> Bool {
        let isLiteral = host.first == "["
        return !host.isEmpty
            && host.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                    true
                case UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ":"): isLiteral
                default: false
                }
            }
    }

    /// A key in a path may be as short as a name, so what is not known to be none is taken for one.
    private static func path(_ path: Substring) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false)
            .map { isHarmless($0) ? String($0) : "***" }
            .joined(separator: "/")
    }

    private static func isHarmless(_ segment: Substring) -> Bool {
        segment.utf8.count <= PathWords.longestSegment
            && segment.lowercased().split { "-_.".contains($0) }
                .allSatisfy { $0.utf8.count < 3 || PathWords.harmless.contains(String($0)) }
    }

    private static func query(_ query: Substring) -> String {
        guard !query.isEmpty else { return "" }
        let parts = query.split(separator: "&").map { part in
            // A part without "=" may be the key itself.
            part.contains("=") ? "\(masked(part.prefix { $0 != "=" }, separator: "&", limit: 6))=***" : "***"
        }
        return "?" + parts.joined(separator: "&")
    }

    /// Masks the parts that may be a key.
    private static func masked(_ text: Substring, separator: Character, limit: Int) -> String {
        text.split(separator: separator, omittingEmptySubsequences: false)
            .map { mayBeKey($0, limit) ? "***" : String($0) }
            .joined(separator: String(separator))
    }

    /// Keys are long, and most mix letters and digits: `v1` and `mainnet` are none.
    private static func mayBeKey(_ part: Substring, _ limit: Int) -> Bool {
        part.count > 3 * limit || (part.count > limit && part.contains { $0.isNumber } && part.contains { $0.isLetter })
    }
}
