internal import RelayCore

/// Fuzzes how hosts of URLs are read: each function draws a case from a seed, and says what is wrong with the outcome.
package enum HostFuzz {
    /// A URL that is sound: it must be read as just what it was made of.
    package static func soundURL(_ seed: UInt64) -> String? {
        var random = SeededGenerator(seed: seed)
        let host = soundHost(&random)
        let scheme = random.choose("https", "http", "HTTPS", "Http")
        let port: UInt16? = random.oneIn(3) ? UInt16(random.within(1...65_535)) : nil
        let path = random.choose("/a", "/a/b.wasm", "/a%20b", "/x?y=1&u=http://other/", "/@b", "/a:b", "/a//b")
        let text = "\(scheme)://\(host.written)\(port.map { ":\($0)" } ?? "")\(path)"
        guard let url = try? WebURL(text) else { return "\(text) is refused" }
        let usual: UInt16 = scheme.lowercased() == "https" ? 443 : 80
        guard url.host.description == host.meant else { return "\(text) is read as \(url.host)" }
        return url.port == port ?? usual ? nil : "\(text) is read with the port \(url.port)"
    }

    /// A URL with anything in it: if it is read, then as every other way to read URLs has it.
    package static func hostileURL(_ seed: UInt64) -> String? {
        var random = SeededGenerator(seed: seed)
        let text = random.oneIn(3) ? mutatedURL(&random) : piecedURL(&random)
        guard let url = try? WebURL(text) else { return nil }
        let hosts = Set([strictHost(text), browserHost(text), lastHost(text)])
        guard hosts.count == 1, let host = hosts.first, host == written(url) else {
            return "\(text) is read as \(written(url)), and by others as \(hosts.sorted())"
        }
        if url.host.privateReason == nil, let reason = privateByText(url.host.description) {
            return "\(text) is taken for public, and is \(reason)"
        }
        return nil
    }

    /// An address of a private network in any of the forms that C libraries read: it must never pass for a public host.
    package static func disguisedAddress(_ seed: UInt64) -> String? {
        var random = SeededGenerator(seed: seed)
        let address = privateAddress(&random)
        let text = disguised(address, &random)
        guard let host = try? WebHost(text), host.privateReason == nil else { return nil }
        return "\(text) passes for the public host \(host), and means \(address)"
    }

    /// Patterns of an operator against hosts that begin or end like what they allow.
    package static func nearMiss(_ seed: UInt64) -> String? {
        var random = SeededGenerator(seed: seed)
        let name = "\(label(&random)).\(label(&random)).org"
        let host = random.choose(
            "\(name).evil.com",
            "x\(name)",
            "\(name)x",
            "evil.com.\(name.dropFirst())",
            "x-\(name)",
            "\(name.dropFirst())",
            "\(name).org"
        )
        guard host != name, let pattern = try? HostPattern(name), let url = try? WebURL("https://\(host)/a") else {
            return nil
        }
        if pattern.matches(url) { return "\(name) lets \(host) pass" }
        guard let below = try? HostPattern("*.\(name)"), below.matches(url) else { return nil }
        return host.hasSuffix(".\(name)") ? nil : "*.\(name) lets \(host) pass"
    }
}

// MARK: What is drawn

extension HostFuzz {
    private static func soundHost(_ random: inout SeededGenerator) -> (written: String, meant: String) {
        switch random.below(4) {
        case 0:
            let address = (0..<4).map { _ in String(random.below(256)) }.joined(separator: ".")
            return (address, address)
        case 1:
            let groups = (0..<8).map { _ in String(random.below(65_536), radix: 16) }.joined(separator: ":")
            return ("[\(random.oneIn(2) ? groups.uppercased() : groups)]", "[\(groups)]")
        default:
            let name = (0..<random.within(1...4)).map { _ in label(&random) }.joined(separator: ".") + ".org"
            return (random.oneIn(3) ? name.uppercased() : name, name)
        }
    }

    private static func label(_ random: inout SeededGenerator) -> String {
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        let word = (0..<random.within(1...8)).compactMap { _ in random.element(of: letters) }
        return "a" + String(word) + (random.oneIn(4) ? "-b" : "")
    }

    private static func piecedURL(_ random: inout SeededGenerator) -> String {
        let pieces = [
            "good.org", "evil.com", "127.0.0.1", "10.0.0.1", "0x7f.1", "2130706433", "[::1]", "[::ffff:10.0.0.1]",
            "localhost", "a.internal", "@", ":", "/", "//", "\\", "?", "#", "%2f", "%40", "%00", "%", "\t", "\n", "\r",
            " ", ".", "..", "[", "]", ":80", ":443", ":0", ":65536", ":+80", "user:pw@", "\u{ff0e}", "\u{3002}", "ä",
            "\u{200b}", ";", ",", "&", "=", "xn--a", "1.1", "0", "http://", "https:", "\u{0}", "\u{301}",
        ]
        let start = random.choose(
            "https://",
            "http://",
            "https:/",
            "https:",
            "//",
            "https:\\\\",
            "https:///",
            "https://"
        )
        let middle = (0..<random.within(1...6)).compactMap { _ in random.element(of: pieces) }.joined()
        return start + middle + random.choose("/a", "/a", "", "?a", "\\a")
    }

    private static func mutatedURL(_ random: inout SeededGenerator) -> String {
        let sound = "https://\(soundHost(&random).written):8443/a/b?c=d"
        return String(decoding: random.mutated(Array(sound.utf8), changes: 3), as: UTF8.self)
    }

    private static func privateAddress(_ random: inout SeededGenerator) -> UInt32 {
        let ranges: [(UInt32, UInt32)] = [
            (0x7f00_0000, 24), (0x0a00_0000, 24), (0xac10_0000, 20), (0xc0a8_0000, 16), (0xa9fe_0000, 16),
            (0x6440_0000, 22), (0, 24), (0xe000_0000, 29),
        ]
        let range = random.element(of: ranges) ?? ranges[0]
        return range.0 | (UInt32(truncatingIfNeeded: random.next()) & ((1 << range.1) - 1))
    }

    private static func disguised(_ address: UInt32, _ random: inout SeededGenerator) -> String {
        let bytes = [24, 16, 8, 0].map { address >> $0 & 0xff }
        let high = String(address >> 16, radix: 16)
        let low = String(address & 0xffff, radix: 16)
        switch random.below(8) {
        case 0: return number(address, &random)
        case 1: return "\(number(bytes[0], &random)).\(number(address & 0xff_ffff, &random))"
        case 2: return "\(number(bytes[0], &random)).\(number(bytes[1], &random)).\(number(address & 0xffff, &random))"
        case 3: return bytes.map { number($0, &random) }.joined(separator: ".")
        case 4: return "[::ffff:\(high):\(low)]"
        case 5: return "[" + random.choose("::", "64:ff9b::", "2002:\(high):\(low)::", "::ffff:0:") + "\(high):\(low)]"
        case 6: return "[::ffff:" + bytes.map { String($0) }.joined(separator: ".") + "]"
        default: return bytes.map { String($0) }.joined(separator: ".") + random.choose("", ".", "..")
        }
    }

    private static func number(_ value: UInt32, _ random: inout SeededGenerator) -> String {
        switch random.below(5) {
        case 0: "0x" + String(value, radix: 16)
        case 1: "0" + String(value, radix: 8)
        case 2: "0X" + String(value, radix: 16, uppercase: true)
        case 3: "00" + String(value, radix: 8)
        default: String(value)
        }
    }
}

// MARK: How others read

extension HostFuzz {
    private static func written(_ url: WebURL) -> String {
        // Eight groups stand for whatever was written.
        if case .address(.v6) = url.host { "[…]" } else { url.host.description }
    }

    /// By RFC 3986: up to the first `/`, `?` or `#`, behind the first `@`.
    private static func strictHost(_ text: String) -> String {
        host(of: behind("://", in: text).prefix { !"/?#".contains($0) }) { $0.firstIndex(of: "@") }
    }

    /// As browsers do: tabs and line breaks go, a backslash is a slash, slashes count as one, the last `@` counts.
    private static func browserHost(_ text: String) -> String {
        let clean = text.unicodeScalars.filter { !"\t\n\r".unicodeScalars.contains($0) }
            .map { $0 == "\\" ? "/" : Character($0) }
        let rest = clean.drop { $0 != ":" }.dropFirst().drop { $0 == "/" }
        return host(of: Substring(String(rest)).prefix { !"/?#".contains($0) }) { $0.lastIndex(of: "@") }
    }

    /// As careless programs do: everything up to the last `@` is a user.
    private static func lastHost(_ text: String) -> String {
        host(of: behind("://", in: text).prefix { !"/\\".contains($0) }) { $0.lastIndex(of: "@") }
    }

    private static func behind(_ mark: String, in text: String) -> Substring {
        text.split(separator: mark, maxSplits: 1, omittingEmptySubsequences: false).last ?? ""
    }

    private static func host(of authority: Substring, _ at: (Substring) -> Substring.Index?) -> String {
        let server = at(authority).map { authority[authority.index(after: $0)...] } ?? authority
        if server.hasPrefix("[") { return "[…]" }
        return server.prefix { $0 != ":" }.lowercased()
    }

    /// Private by the look of it, for hosts that have been read.
    private static func privateByText(_ host: String) -> String? {
        if host.hasPrefix("[") { return host.hasPrefix("[2") || host.hasPrefix("[3") ? nil : "not of 2000::/3" }
        let parts = host.split(separator: ".").compactMap { Int($0) }
        guard parts.count == 4 else {
            let endings = ["localhost", "local", "internal"]
            return host.contains(".") && !endings.contains { host.hasSuffix(".\($0)") } ? nil : "a local name"
        }
        let (first, second) = (parts[0], parts[1])
        let isPrivate =
            [0, 10, 127].contains(first) || first >= 224 || (first == 192 && second == 168)
            || (first == 172 && (16...31).contains(second)) || (first == 169 && second == 254)
            || (first == 100 && (64...127).contains(second))
        return isPrivate ? "a private address" : nil
    }
}
