// RLP: recursive length prefix, the encoding of transactions (Yellow Paper, appendix B). Only the one canonical
// encoding of an item is read.

/// What RLP encodes: a byte string or a list of items.
package enum RLPItem: Hashable, Sendable {
    /// Any number of bytes, also none, which is how the number 0 is written.
    case bytes([UInt8])
    case list([RLPItem])

    /// A number as RLP writes it: most significant byte first, without leading zeros.
    package static func number(_ value: UInt256) -> RLPItem { .bytes(value.minimalBytes) }

    /// A number as RLP writes it: most significant byte first, without leading zeros.
    package static func number(_ value: UInt64) -> RLPItem { .bytes(UInt256(value).minimalBytes) }
}

/// Why bytes are no canonical RLP.
package enum RLPError: Error, Hashable, Sendable {
    /// The bytes end before the item does.
    case truncated(offset: Int)
    /// A length in the long form that the short form could say, or one with leading zeros.
    case lengthNotMinimal(offset: Int)
    /// A single byte below 0x80 with a prefix.
    case prefixedSingleByte(offset: Int)
    /// Bytes after the item.
    case trailingBytes(offset: Int)
    /// Lists in lists deeper than `RLP.maximumDepth`.
    case tooDeep(offset: Int)
}

extension RLPError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .truncated(let offset): "RLP item at byte \(offset) reaches beyond the end"
        case .lengthNotMinimal(let offset): "RLP length at byte \(offset) is not in its shortest form"
        case .prefixedSingleByte(let offset): "RLP byte at \(offset) has a prefix it must not have"
        case .trailingBytes(let offset): "bytes after the RLP item, from byte \(offset) on"
        case .tooDeep(let offset): "RLP lists nested deeper than \(RLP.maximumDepth) at byte \(offset)"
        }
    }
}
