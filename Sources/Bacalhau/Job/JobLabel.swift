/// A label of a job, by Kubernetes' rules: the server stores anything, and then refuses to search for it.
///
/// <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set>
package struct JobLabel: Sendable, Equatable {
    /// 1 to 63 letters, digits, `-`, `_` and `.`, a letter or digit at both ends.
    package let key: String
    /// As the key, or empty.
    package let value: String

    /// nil when key or value breaks the rules (keys without the optional prefix only).
    package init?(_ key: String, _ value: String) {
        guard !key.isEmpty, Self.isName(key), value.isEmpty || Self.isName(value) else { return nil }
        self.key = key
        self.value = value
    }

    /// The labels of every job of ours: chain, contract (20 bytes) and request (32 bytes of its hash, of which 60 hex
    /// digits fit).
    ///
    /// nil when a length is wrong.
    package static func ofRequest(chainID: UInt64, contract: [UInt8], requestHash: [UInt8]) -> [JobLabel]? {
        guard contract.count == 20, requestHash.count == 32,
            let chain = JobLabel("lilypad-chain", String(chainID)),
            let contract = JobLabel("lilypad-contract", "0x" + lowerHex(contract)),
            let request = JobLabel("lilypad-request", lowerHex(requestHash.prefix(30)))
        else { return nil }
        return [chain, contract, request]
    }

    private static func isName(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count <= 63, let first = bytes.first, let last = bytes.last else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && bytes.allSatisfy { isAlphanumeric($0) || [0x2d, 0x2e, 0x5f].contains($0) }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
    }
}
