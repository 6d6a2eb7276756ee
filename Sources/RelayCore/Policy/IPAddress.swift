/// An address of IPv4 or IPv6, and what it is for.
package enum IPAddress: Hashable, Sendable {
    case v4(UInt32)
    /// Eight groups.
    case v6([UInt16])

    /// Four decimal numbers without leading zeros; nil for the other forms that C libraries read as addresses too.
    static func read4(_ text: Substring) -> IPAddress? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard let number = UInt8(part), String(number) == part else { return nil }
            address = address << 8 | UInt32(number)
        }
        return .v4(address)
    }

    /// Groups of up to four hexadecimal digits, at most one `::`; no zone, and no IPv4 at the end.
    static func read6(_ text: Substring) -> IPAddress? {
        var groups: [UInt16] = []
        var gap: Int?
        var rest = Array(text.utf8)[...]
        if rest.starts(with: "::".utf8) {
            gap = 0
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            let digits = rest.prefix { $0 != UInt8(ascii: ":") }
            guard (1...4).contains(digits.count), digits.allSatisfy(\.isHexDigit),
                let group = UInt16(String(decoding: digits, as: UTF8.self), radix: 16), groups.count < 8
            else { return nil }
            groups.append(group)
            rest = rest.dropFirst(digits.count)
            if rest.starts(with: "::".utf8) {
                guard gap == nil else { return nil }
                gap = groups.count
                rest = rest.dropFirst(2)
            } else if !rest.isEmpty {
                rest = rest.dropFirst()
                guard !rest.isEmpty else { return nil }
            }
        }
        guard let gap else { return groups.count == 8 ? .v6(groups) : nil }
        guard groups.count < 8 else { return nil }
        groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
        return .v6(groups)
    }

    /// What kind of address it is where it is none of the public internet's; nil where it is one.
    ///
    /// By the special-purpose registries of IPv4 and IPv6 (RFC 6890), and the one public address at which a cloud talks
    /// to its own machines. Of IPv6 only what is given out today (2000::/3) can be public, without the forms that carry
    /// an address of IPv4 in them.
    var specialPurpose: String? {
        switch self {
        case .v4(let address):
            Self.special4.first { address >> (32 - $0.bits) == $0.prefix >> (32 - $0.bits) }?.words
        case .v6(let groups): Self.special6(groups)
        }
    }

    private static let special4: [(prefix: UInt32, bits: UInt32, words: String)] = [
        (0x0000_0000, 8, "this network's"), (0x0a00_0000, 8, "private"), (0x6440_0000, 10, "a carrier's own (CGNAT)"),
        (0x7f00_0000, 8, "loopback"), (0xa83f_8110, 32, "Azure's platform"), (0xa9fe_0000, 16, "link-local"),
        (0xac10_0000, 12, "private"),
        (0xc000_0000, 24, "reserved"), (0xc000_0200, 24, "for documentation"), (0xc058_6300, 24, "reserved"),
        (0xc0a8_0000, 16, "private"), (0xc612_0000, 15, "for benchmarks"), (0xc633_6400, 24, "for documentation"),
        (0xcb00_7100, 24, "for documentation"), (0xe000_0000, 4, "multicast"), (0xf000_0000, 4, "reserved"),
    ]

    private static func special6(_ groups: [UInt16]) -> String? {
        switch (groups[0], groups[1]) {
        case (0x2001, 0...0x01ff): "reserved (IETF protocols)"
        case (0x2001, 0x0db8), (0x3fff, 0...0x0fff): "for documentation"
        case (0x2002, _): "an address of IPv4 in disguise (6to4)"
        case (0x2000...0x3fff, _): nil
        case (0xfe80...0xfebf, _): "link-local"
        case (0xfc00...0xfdff, _): "private"
        case (0xff00..., _): "multicast"
        default: lowest(groups)
        }
    }

    /// Of addresses that begin with zeros, mostly.
    private static func lowest(_ groups: [UInt16]) -> String {
        if groups[..<7].allSatisfy({ $0 == 0 }), groups[7] <= 1 { return groups[7] == 1 ? "loopback" : "no host's" }
        if groups[..<5].allSatisfy({ $0 == 0 }) { return "an address of IPv4 in disguise" }
        return groups[0] == 0x0064 ? "an address of IPv4 in disguise (NAT64)" : "not public"
    }
}

extension IPAddress: CustomStringConvertible {
    package var description: String {
        switch self {
        case .v4(let address): [24, 16, 8, 0].map { String(address >> $0 & 0xff) }.joined(separator: ".")
        case .v6(let groups): "[" + groups.map { String($0, radix: 16) }.joined(separator: ":") + "]"
        }
    }
}
