/// User and password in the forms in which a server may quote them (RFC 7617): in plain text, and as they are sent.
///
/// An address that holds them is sent without, and with a header in their place.
struct BasicCredentials {
    private let user: String
    private let password: String

    /// Of an address, as `https://user:password@host`.
    init?(url: String) {
        guard let scheme = url.firstRange(of: "://") else { return nil }
        let authority = url[scheme.upperBound...].prefix { !"/?#".contains($0) }
        guard let at = authority.lastIndex(of: "@") else { return nil }
        let parts = authority[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        user = percentDecoded(parts[0])
        password = parts.count > 1 ? percentDecoded(parts[1]) : ""
    }

    /// Of a header's value, as `Basic dXNlcjpwYXNzd29yZA==`.
    init?(header value: String) {
        let words = value.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "basic", let bytes = base64Decoded(words[1]) else {
            return nil
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        user = String(parts[0])
        password = parts.count > 1 ? String(parts[1]) : ""
    }

    var secrets: [String] {
        let both = "\(user):\(password)"
        let sent = base64(Array(both.utf8))
        // Without padding too: some take it off.
        let parts = [user, password, sent, String(sent.prefix { $0 != "=" })]
        // A password that is too short to be looked for alone.
        return !password.isEmpty && password.utf8.count < SecretMask.shortest ? parts + [both] : parts
    }
}

/// With `%41` for `A`; what is no such form stays as it is.
private func percentDecoded(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
        if byte == UInt8(ascii: "%"), let code = UInt8(hex: rest.prefix(2)) {
            bytes.append(code)
            rest = rest.dropFirst(2)
        } else {
            bytes.append(byte)
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}

extension UInt8 {
    fileprivate init?(hex digits: Substring.UTF8View) {
        let text = String(decoding: digits, as: UTF8.self)
        guard text.utf8.count == 2, text.allSatisfy(\.isHexDigit), let value = UInt8(text, radix: 16) else {
            return nil
        }
        self = value
    }
}

/// Padding may be missing; nil where anything else is no base64 (RFC 4648 §4).
private func base64Decoded(_ text: Substring) -> [UInt8]? {
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for character in text.utf8.prefix(while: { $0 != UInt8(ascii: "=") }) {
        let value: UInt8
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): value = character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): value = 62
        case UInt8(ascii: "/"): value = 63
        default: return nil
        }
        bits = (bits << 6 | UInt32(value)) & 0xff_ffff
        count += 6
        guard count >= 8 else { continue }
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
    }
    return bytes
}
