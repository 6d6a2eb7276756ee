import Ethereum
import JSON

/// Values as JSON-RPC writes them; each gives `nil` for any other well-formed value, which is passed.
extension JSONReader {
    /// Bytes of any number, as `0x…` with two digits each.
    mutating func hex() throws(JSONError) -> [UInt8]? {
        guard let text = try textIfAny(), text.hasPrefix("0x") else { return nil }
        return Hex.decode(text)
    }

    mutating func hash() throws(JSONError) -> Hash32? {
        try hex().flatMap { Hash32($0) }
    }

    /// An address in whatever case: a node's checksum says nothing.
    mutating func address() throws(JSONError) -> Address? {
        try hex().flatMap { Address($0) }
    }

    /// A quantity of up to 256 bits, as `0x1b4`.
    mutating func wideQuantity() throws(JSONError) -> UInt256? {
        try textIfAny().flatMap { UInt256(hexQuantity: $0) }
    }
}

/// The value, or a fault that names what is wrong.
func expect<Value>(_ value: Value?, _ name: String) throws(AnswerFault) -> Value {
    guard let value else { throw AnswerFault("bad \(name)") }
    return value
}
