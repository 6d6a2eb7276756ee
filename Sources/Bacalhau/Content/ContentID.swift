/// The name of content by its hash: <https://github.com/multiformats/cid>.
package struct ContentID: Sendable, Hashable {
    /// How content is encoded, and how it is hashed: <https://github.com/multiformats/multicodec>.
    enum Code {
        static let raw: UInt64 = 0x55
        static let dagPB: UInt64 = 0x70
        static let identity: UInt64 = 0x00
        static let sha256: UInt64 = 0x12
    }

    let codec: UInt64
    let hashFunction: UInt64
    package let digest: [UInt8]
    private let isVersion0: Bool

    /// Bytes of the longest that is taken: content that is its own name is short.
    private static let longest = 128

    /// Reads version 0 (`Qm` and 44 more of base58), or version 1 in one of the usual bases; nil for anything else.
    ///
    /// Up to 128 characters.
    package init?(_ text: String) {
        let text = text.utf8
        guard (1...Self.longest).contains(text.count) else { return nil }
        if text.starts(with: "Qm".utf8) {
            guard text.count == 46, let bytes = Multibase.decode(text, Multibase.base58) else { return nil }
            self.init(version0: bytes)
        } else {
            guard let bytes = Multibase.decode(text) else { return nil }
            self.init(version1: bytes[...])
        }
    }

    /// Reads a link within content, where version 0 is the bare hash.
    package init?(link: ArraySlice<UInt8>) {
        if link.count == 34, link.starts(with: [0x12, 0x20]) {
            self.init(version0: Array(link))
        } else {
            self.init(version1: link)
        }
    }

    private init?(version0 bytes: [UInt8]) {
        guard bytes.count == 34, bytes.starts(with: [0x12, 0x20]) else { return nil }
        isVersion0 = true
        codec = Code.dagPB
        hashFunction = Code.sha256
        digest = Array(bytes.dropFirst(2))
    }

    private init?(version1 bytes: ArraySlice<UInt8>) {
        guard bytes.count <= Self.longest else { return nil }
        var reader = WireReader(bytes)
        guard let version = try? reader.number(), version == 1,
            let codec = try? reader.number(),
            let hashFunction = try? reader.number(),
            let length = try? reader.number(),
            length == UInt64(reader.rest.count),
            hashFunction != Code.sha256 || length == 32
        else { return nil }
        // Each number in as few bytes as it takes: a name has one spelling.
        var header: [UInt8] = []
        for number in [version, codec, hashFunction, length] { WireReader.append(number, to: &header) }
        guard bytes.starts(with: header), header.count + reader.rest.count == bytes.count else { return nil }
        isVersion0 = false
        self.codec = codec
        self.hashFunction = hashFunction
        digest = Array(reader.rest)
    }

    /// In the usual base of its version.
    package var text: String {
        if isVersion0 { return Multibase.encode([0x12, 0x20] + digest, Multibase.base58) }
        var bytes: [UInt8] = [1]
        for number in [codec, hashFunction, UInt64(digest.count)] { WireReader.append(number, to: &bytes) }
        return Multibase.base32(bytes + digest)
    }
}
