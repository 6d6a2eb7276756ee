/// A value of the contract ABI.
package enum ABIValue: Hashable, Sendable {
    /// Of any width: whether it fits its type is checked when it is encoded.
    case uint(UInt256)
    /// Of any width: whether it fits its type is checked when it is encoded.
    case int(Int256)
    case address(Address)
    case bool(Bool)
    /// As many bytes as its type says. An indexed `string`, `bytes`, array or tuple of an event is its 32-byte hash.
    case fixedBytes([UInt8])
    /// Of any length.
    case bytes([UInt8])
    /// The string's bytes as they are: nobody has checked that they are UTF-8.
    case string([UInt8])
    /// The elements of `T[]` and of `T[k]`.
    case array([ABIValue])
    /// The members in the type's order, without their names.
    case tuple([ABIValue])

    /// A string's value from text.
    package static func text(_ text: String) -> ABIValue { .string(Array(text.utf8)) }
}
