/// Where a URL leads, however it is written: what tells one node from another.
struct NodeAddress: Hashable {
    private let normal: String

    /// - Parameter url: one that the settings have taken, so with a scheme and a host.
    init(_ url: String) {
        let scheme = url.prefix { $0 != ":" }.lowercased()
        let rest = url.dropFirst(scheme.count + "://".count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        // Names and passwords are told apart by their capitals, hosts are not.
        let user = authority.lastIndex(of: "@").map { authority[...$0] } ?? ""
        var host = authority.dropFirst(user.count).lowercased()
        if let port = Self.ports[scheme], host.hasSuffix(port) { host.removeLast(port.count) }
        var path = rest.dropFirst(authority.count)
        while path.last == "/" { path.removeLast() }
        normal = "\(scheme)://\(user)\(host)\(path)"
    }

    /// `host:port`, with the scheme's own port where the URL names none.
    static func place(of url: String) -> String {
        let scheme = url.prefix { $0 != ":" }.lowercased()
        let authority = url.dropFirst(scheme.count + "://".count).prefix { !"/?#".contains($0) }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last.map { $0.lowercased() } ?? ""
        // Of an IPv6 address the colons in brackets are no port's.
        let hasPort = host.lastIndex(of: ":").map { colon in !host[colon...].contains("]") } ?? false
        return hasPort ? host : host + (ports[scheme] ?? "")
    }

    private static let ports = ["http": ":80", "https": ":443"]
}
