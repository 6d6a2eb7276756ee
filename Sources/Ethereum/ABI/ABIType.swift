// ABI: the encoding of calls, results and events (Solidity's contract ABI specification, which Vyper shares).
// What comes from the chain is read strictly: one encoding of a value, nothing allocated that the data cannot hold.

/// A type of the contract ABI.
package indirect enum ABIType: Hashable, Sendable {
    /// `uint8` to `uint256`.
    case uint(bits: Int)
    /// `int8` to `int256`.
    case int(bits: Int)
    /// Twenty bytes, in the low end of a word.
    case address
    /// A whole word that is 0 or 1.
    case bool
    /// `bytes1` to `bytes32`.
    case fixedBytes(Int)
    /// Of any length.
    case bytes
    /// UTF-8 of any length, as contracts promise and nobody enforces.
    case string
    /// `T[]`.
    case array(of: ABIType)
    /// `T[k]`.
    case fixedArray(of: ABIType, count: Int)
    /// A struct: its members with their names.
    case tuple([ABIParameter])
}

extension ABIType: CustomStringConvertible {
    /// The canonical text, as in signatures: tuples as `(uint256,string)`.
    package var description: String {
        switch self {
        case .uint(let bits): "uint\(bits)"
        case .int(let bits): "int\(bits)"
        case .address: "address"
        case .bool: "bool"
        case .fixedBytes(let count): "bytes\(count)"
        case .bytes: "bytes"
        case .string: "string"
        case .array(let element): "\(element)[]"
        case .fixedArray(let element, let count): "\(element)[\(count)]"
        case .tuple(let members): ABIParameter.signature(members)
        }
    }
}

extension ABIType {
    /// Whether the value stands in the tail, behind an offset.
    var isDynamic: Bool {
        switch self {
        case .uint, .int, .address, .bool, .fixedBytes: false
        case .bytes, .string, .array: true
        case .fixedArray(let element, _): element.isDynamic
        case .tuple(let members): members.contains { $0.type.isDynamic }
        }
    }

    /// Whether a value is one word in place, also as a topic.
    var isValueType: Bool {
        switch self {
        case .uint, .int, .address, .bool, .fixedBytes: true
        case .bytes, .string, .array, .fixedArray, .tuple: false
        }
    }

    /// Bytes in the head: 32 for an offset.
    ///
    /// `Int.max` for what no memory holds, so that no sum of such sizes traps.
    var headSize: Int { isDynamic ? 32 : staticSize }

    private var staticSize: Int {
        switch self {
        case .uint, .int, .address, .bool, .fixedBytes, .bytes, .string, .array: 32
        case .fixedArray(let element, let count): saturatingProduct(element.staticSize, max(count, 0))
        case .tuple(let members): ABIParameter.headSize(members)
        }
    }
}

func saturatingSum(_ left: Int, _ right: Int) -> Int {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? .max : sum
}

func saturatingProduct(_ left: Int, _ right: Int) -> Int {
    let (product, overflow) = left.multipliedReportingOverflow(by: right)
    return overflow ? .max : product
}
