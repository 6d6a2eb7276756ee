/// Which hosts may be downloaded from: `data.example.org`, `*.example.org` or `*`, with a port where it is not the
/// scheme's own, as in `data.example.org:8443`.
package struct HostPattern: Hashable, Sendable {
    enum Hosts: Hashable, Sendable {
        /// Every public one.
        case any
        /// All names that end in a dot and this name.
        case below(String)
        case exactly(WebHost)
    }

    let hosts: Hosts
    /// Nil: the scheme's own.
    let port: UInt16?
    /// As the operator wrote it.
    package let text: String

    package init(_ text: String) throws(PolicyMistake) {
        guard !text.contains("/") else { throw PolicyMistake("it is more than a host: leave scheme and path away") }
        let (host, port) = WebURL.split(text[...])
        if let port {
            guard let number = WebURL.port(port) else { throw PolicyMistake("its port is no number from 1 to 65535") }
            self.port = number
        } else {
            self.port = nil
        }
        hosts = try Self.hosts(host)
        self.text = text
    }

    private static func hosts(_ text: Substring) throws(PolicyMistake) -> Hosts {
        if text == "*" { return .any }
        let isBelow = text.hasPrefix("*.")
        let name = isBelow ? text.dropFirst(2) : text
        guard !name.contains("*") else { throw PolicyMistake("a * stands for whole labels at the beginning only") }
        let host = try WebHost(name)
        guard isBelow else {
            if let reason = host.privateReason {
                throw PolicyMistake("\(reason); such hosts are refused whatever is allowed")
            }
            return .exactly(host)
        }
        guard case .name(let suffix) = host else { throw PolicyMistake("nothing is below an address") }
        if let ending = WebHost.privateEnding(of: suffix) {
            throw PolicyMistake("names that end in .\(ending) are refused whatever is allowed")
        }
        return .below(suffix)
    }

    /// Any pattern that is one.
    package static let example = HostPattern(hosts: .exactly(.name("data.example.org")), text: "data.example.org")

    private init(hosts: Hosts, text: String) {
        self.hosts = hosts
        port = nil
        self.text = text
    }

    func matches(_ host: WebHost) -> Bool {
        switch (hosts, host) {
        case (.any, _): true
        case (.exactly(let one), _): one == host
        case (.below(let suffix), .name(let name)): name.hasSuffix("." + suffix)
        case (.below, .address): false
        }
    }

    package func matches(_ url: WebURL) -> Bool { matches(url.host) && url.port == (port ?? url.scheme.defaultPort) }
}

/// Which hosts a job with a network of the kind HTTP may reach: `api.example.org`, or `.example.org` for that name and
/// all below it, as Bacalhau writes it.
package struct DomainPattern: Hashable, Sendable {
    let name: String
    let isWithBelow: Bool
    /// As the operator wrote it.
    package let text: String

    package init(_ text: String) throws(PolicyMistake) {
        guard !text.contains("*") else {
            throw PolicyMistake("all names below one are written with a dot: .example.org")
        }
        isWithBelow = text.hasPrefix(".")
        let host = try WebHost(isWithBelow ? text.dropFirst() : text[...])
        guard case .name(let name) = host else { throw PolicyMistake("it is an address, and no name") }
        if let reason = host.privateReason {
            throw PolicyMistake("\(reason); such hosts are refused whatever is allowed")
        }
        self.name = name
        self.text = text
    }

    /// Any pattern that is one.
    package static let example = DomainPattern(name: "api.example.org")

    private init(name: String) {
        self.name = name
        isWithBelow = false
        text = name
    }

    /// Whether a spec's domain asks for nothing beyond this one.
    func covers(_ domain: String) -> Bool {
        guard isWithBelow else { return domain == name }
        let asked = domain.hasPrefix(".") ? String(domain.dropFirst()) : domain
        return asked == name || asked.hasSuffix("." + name)
    }
}
