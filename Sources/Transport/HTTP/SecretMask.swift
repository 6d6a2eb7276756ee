/// Takes an endpoint's secrets out of other people's words: servers and libraries quote URLs in their errors.
///
/// What counts as secret is what `maskedURL` hides, and the values of the given headers; user and password in whatever form
/// they are sent.
package struct SecretMask: Sendable {
    /// Shorter ones would tear ordinary words apart.
    static let shortest = 6

    /// The URL as it may be shown.
    package let url: String
    /// Longest first, so that none hides a part of another.
    private let secrets: [String]

    /// Takes what is sent with each request; a header's value is secret as a whole and word by word.
    ///
    /// What has fewer than six bytes is not looked for.
    package init(url: String, headers: [HTTPRequest.Header] = []) {
        self.url = maskedURL(url)
        let shown = Set(Self.parts(self.url))
        let inURL = Self.parts(url).filter { !shown.contains($0) }
        let inHeaders = headers.flatMap { [$0.value] + $0.value.split(separator: " ").map(String.init) }
        let credentials = [BasicCredentials(url: url)] + headers.map { BasicCredentials(header: $0.value) }
        let sent = credentials.flatMap { $0?.secrets ?? [] }
        let secrets = Set((inURL + inHeaders + sent).filter { $0.utf8.count >= Self.shortest })
        self.secrets = secrets.sorted { ($0.utf8.count, $0) > ($1.utf8.count, $1) }
    }

    /// The text on one line, without control characters and secrets, cut to `limit` bytes.
    package func clean(_ text: String, limit: Int = 512) -> String {
        // What lies far behind the cut is not worth a look.
        let window = limit + 4096
        var near = String(decoding: text.utf8.prefix(window), as: UTF8.self)
        for secret in secrets { near.replace(secret, with: "***") }
        // A secret that the window's edge cut in two was not found.
        if text.utf8.count > window {
            near = String(decoding: near.utf8.dropLast(secrets.first?.utf8.count ?? 0), as: UTF8.self)
        }
        return oneLine(near, limit: limit)
    }

    private static func parts(_ url: String) -> [String] {
        url.split { "/?&=#@:".contains($0) }.map(String.init)
    }
}

extension HTTPError {
    /// With the library's words cleaned.
    package func cleaned(by mask: SecretMask) -> HTTPError {
        switch self {
        case .connectFailed(let text): .connectFailed(mask.clean(text))
        case .broken(let text): .broken(mask.clean(text))
        case .badRequest(let text): .badRequest(mask.clean(text))
        default: self
        }
    }
}

/// A stranger's text as it may be printed: one line without control characters, of at most `limit` bytes and a mark.
package func oneLine(_ text: String, limit: Int) -> String {
    var line = ""
    var size = 0
    for scalar in text.unicodeScalars {
        let shown = isPrintable(scalar) ? scalar : " "
        size += UTF8.width(shown)
        guard size <= limit else { return line + "…" }
        line.unicodeScalars.append(shown)
    }
    return line
}

/// Controls move a terminal's cursor, and format characters turn the direction of a line round.
private func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
    default: true
    }
}
