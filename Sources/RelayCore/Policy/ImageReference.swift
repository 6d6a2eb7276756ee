/// A container's image with all that Docker fills in: `ubuntu` is `docker.io/library/ubuntu:latest`.
///
/// By the grammar of <https://github.com/distribution/reference>, without what is seldom meant and easily mistaken:
/// capitals in names, addresses of IPv6, and identifiers of local images.
struct ImageReference: Hashable, Sendable {
    /// Registry and path, such as `docker.io/library/ubuntu`.
    let repository: String
    /// `latest` where neither tag nor digest is written; nil where only a digest is.
    let tag: String?
    /// `sha256:` and 64 hexadecimal digits; Docker passes over the tag where there is one.
    let digest: String?

    init(_ text: String) throws(PolicyMistake) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard let named = parts.first, parts.count <= 2 else { throw PolicyMistake("it has more than one @") }
        let digest = parts.count == 2 ? String(parts[1]) : nil
        if let digest, !Self.isDigest(digest) {
            throw PolicyMistake("its digest is not sha256: and 64 hexadecimal digits in small letters")
        }
        let (name, tag) = Self.splitTag(named)
        if let tag, !Self.isTag(tag) { throw PolicyMistake("its tag is none") }
        repository = try Self.repository(name)
        self.tag = tag.map(String.init) ?? (digest == nil ? "latest" : nil)
        self.digest = digest
    }

    /// The name, and what is behind the last colon where that is no port.
    private static func splitTag(_ text: Substring) -> (name: Substring, tag: Substring?) {
        guard let colon = text.lastIndex(of: ":"), !text[colon...].contains("/") else { return (text, nil) }
        return (text[..<colon], text[text.index(after: colon)...])
    }

    /// The name with its registry, `docker.io` unless the first part can only be a registry.
    static func repository(_ name: Substring) throws(PolicyMistake) -> String {
        var path = name.split(separator: "/", omittingEmptySubsequences: false)
        var registry = "docker.io"
        if path.count > 1, let first = path.first, isRegistry(first) {
            guard isServer(first) else { throw PolicyMistake("its registry is no name of a server in small letters") }
            // Docker's own former name for it.
            registry = first == "index.docker.io" ? "docker.io" : String(first)
            path.removeFirst()
        }
        guard name.utf8.count <= 255, !path.isEmpty, path.allSatisfy(isComponent) else {
            throw PolicyMistake("its name is not of small letters, digits and single separators (. _ -)")
        }
        if path.count == 1, let only = path.first {
            guard only.utf8.count != 64 || !only.utf8.allSatisfy({ 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 }) else {
                throw PolicyMistake("it is the identifier of a local image, and no name")
            }
            if registry == "docker.io" { path.insert("library", at: 0) }
        }
        return ([registry[...]] + path).joined(separator: "/")
    }

    /// Docker's own rule for the part before the first slash.
    static func isRegistry(_ part: Substring) -> Bool {
        part.contains(".") || part.contains(":") || part == "localhost" || part.lowercased() != part
    }

    private static func isServer(_ text: Substring) -> Bool {
        let (host, port) = WebURL.split(text)
        guard port.map({ WebURL.port($0) != nil }) ?? true, host.lowercased() == host else { return false }
        return host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            let isWord = label.utf8.allSatisfy { 0x61...0x7a ~= $0 || 0x30...0x39 ~= $0 || $0 == UInt8(ascii: "-") }
            return isWord && !label.isEmpty && label.first != "-" && label.last != "-"
        }
    }

    /// Small letters and digits, parted by one dot, one or two underscores, or any number of dashes.
    private static func isComponent(_ part: Substring) -> Bool {
        var separator: [UInt8] = []
        var isAfterWord = false
        for byte in part.utf8 {
            if 0x61...0x7a ~= byte || 0x30...0x39 ~= byte {
                guard separator.isEmpty || (isAfterWord && isSeparator(separator)) else { return false }
                separator = []
                isAfterWord = true
            } else {
                separator.append(byte)
            }
        }
        return isAfterWord && separator.isEmpty
    }

    private static func isSeparator(_ bytes: [UInt8]) -> Bool {
        bytes.allSatisfy { $0 == UInt8(ascii: "-") }
            || [".", "_", "__"].contains(String(decoding: bytes, as: UTF8.self))
    }

    private static func isTag(_ tag: Substring) -> Bool {
        (1...128).contains(tag.utf8.count) && tag.first != "." && tag.first != "-"
            && tag.utf8.allSatisfy { byte in
                0x61...0x7a ~= byte || 0x41...0x5a ~= byte || 0x30...0x39 ~= byte || "._-".utf8.contains(byte)
            }
    }

    private static func isDigest(_ text: String) -> Bool {
        let digits = text.utf8.dropFirst(7)
        return text.hasPrefix("sha256:") && digits.count == 64
            && digits.allSatisfy { 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 }
    }
}
