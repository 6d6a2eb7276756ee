/// The name of a job, which is what makes its submission idempotent.
///
/// Bacalhau 1.8 and later hold one job of a name in a namespace; a name once used is never free again.
package struct JobName: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    /// `lilypad-` and the first 40 hex digits of `digest` (the 32 bytes of keccak-256 over genesis hash and request hash);
    /// the second and later tries add `-r2`, `-r3` and so on.
    ///
    /// nil when the digest has not 32 bytes or the try is below 1.
    package init?(digest: [UInt8], try number: Int) {
        guard digest.count == 32, number >= 1 else { return nil }
        let base = "lilypad-" + lowerHex(digest.prefix(20))
        text = number == 1 ? base : "\(base)-r\(number)"
    }

    package var description: String { text }
}

/// Lower-case hex digits without a prefix.
func lowerHex(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    return String(decoding: text, as: UTF8.self)
}
