package import Ethereum
package import Formats

extension Format<Address> {
    /// An address with `0x`; in mixed case its checksum (EIP-55) must be right.
    package static var address: Format<Address> {
        Self(
            "an address, 0x and 40 hexadecimal digits",
            schema: .text(pattern: "^0x[0-9a-fA-F]{40}$"),
            standIn: .zero,
            write: \.checksummed
        ) { (text) throws(Misfit) in
            guard text.hasPrefix("0x"), Hex.decode(text)?.count == 20 else { throw .plain }
            guard let address = Address(hex: text) else {
                throw Misfit(
                    "its capitals are no checksum of it (EIP-55): a digit is wrong, or it needs small letters only"
                )
            }
            guard address != .zero else { throw Misfit("the zero address is nobody's") }
            return address
        }
    }
}

extension Format<UInt64> {
    /// A block's number: what the database can hold, which is more than any chain has.
    package static var block: Format<UInt64> { .whole(0...UInt64(Int64.max)) }
}

extension Format<UInt256> {
    /// A fee per gas: `30gwei`, `0.5gwei`, `1000wei`; at most 1,000,000 gwei.
    package static var feePerGas: Format<UInt256> {
        Self(
            "a fee per gas up to 1000000gwei, such as 30gwei, 0.5gwei or 1000wei",
            schema: .text(pattern: "^[0-9]+(\\.[0-9]{1,9})?gwei$|^[0-9]+wei$"),
            standIn: .zero,
            write: feeText
        ) { (text) throws(Misfit) in
            guard let wei = wei(text), wei <= 1_000_000 * weiPerGwei else { throw .plain }
            return UInt256(wei)
        }
    }
}

private let weiPerGwei: UInt64 = 1_000_000_000

private func wei(_ text: String) -> UInt64? {
    if let digits = text.removing(suffix: "gwei") { return gwei(digits) }
    return text.removing(suffix: "wei").flatMap(digits)
}

/// A decimal number of gwei, with up to nine places, in wei.
private func gwei(_ text: Substring) -> UInt64? {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first.flatMap(digits) else { return nil }
    var fraction: UInt64 = 0
    if parts.count == 2 {
        guard (1...9).contains(parts[1].utf8.count) else { return nil }
        guard let padded = digits(parts[1] + String(repeating: "0", count: 9 - parts[1].utf8.count)) else { return nil }
        fraction = padded
    }
    let (product, overflow) = whole.multipliedReportingOverflow(by: weiPerGwei)
    let (sum, overflowBySum) = product.addingReportingOverflow(fraction)
    return overflow || overflowBySum ? nil : sum
}

private func digits(_ text: Substring) -> UInt64? {
    text.utf8.allSatisfy { 0x30...0x39 ~= $0 } ? UInt64(text) : nil
}

/// In gwei if that leaves a whole number.
@Sendable private func feeText(_ wei: UInt256) -> String {
    let (gwei, rest) = wei.quotientAndRemainder(dividingBy: UInt256(weiPerGwei))
    return rest == .zero && gwei != .zero ? "\(gwei)gwei" : "\(wei)wei"
}

extension String {
    fileprivate func removing(suffix: String) -> Substring? { hasSuffix(suffix) ? dropLast(suffix.count) : nil }
}

extension Format<String> {
    /// A namespace of Bacalhau.
    package static var namespace: Self {
        Self(
            "a namespace, up to 63 letters, digits, - and _, a letter or digit first",
            schema: .text(pattern: "^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$"),
            standIn: "lilypad"
        ) { (text) throws(Misfit) in
            let isWord = text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
                default: false
                }
            }
            guard isWord, text.utf8.count <= 63, let first = text.first, first != "-", first != "_" else {
                throw .plain
            }
            return text
        }
    }
}
