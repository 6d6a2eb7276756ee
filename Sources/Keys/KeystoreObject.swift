internal import Ethereum
internal import JSON

/// A JSON object of a keystore; each look into it names what is wrong.
struct KeystoreObject {
    private let value: JSONValue
    private let name: String

    init(_ value: JSONValue, name: String) throws(KeyError) {
        guard value.object != nil else { throw .malformed("\(name) is no object") }
        self.value = value
        self.name = name
    }

    func object(_ key: String) throws(KeyError) -> KeystoreObject {
        try KeystoreObject(member(key), name: "\(name).\(key)")
    }

    func text(_ key: String) throws(KeyError) -> String {
        guard let text = try member(key).string else { throw .malformed("\(name).\(key) is no text") }
        return text
    }

    func integer(_ key: String, _ range: ClosedRange<Int64>) throws(KeyError) -> Int64 {
        guard let number = try member(key).int64, range.contains(number) else {
            throw .malformed("\(name).\(key) is no integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// Bytes as hexadecimal digits, with or without `0x`.
    func bytes(_ key: String, _ count: ClosedRange<Int>) throws(KeyError) -> [UInt8] {
        guard let bytes = Hex.decode(try text(key)), count.contains(bytes.count) else {
            let wanted =
                count.lowerBound == count.upperBound
                ? "\(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
            throw .malformed("\(name).\(key) is not \(wanted) bytes in hexadecimal digits")
        }
        return bytes
    }

    /// The member, or nil where there is none or it is null.
    func optional(_ key: String) -> JSONValue? {
        guard let found = value[key], found != .null else { return nil }
        return found
    }

    private func member(_ key: String) throws(KeyError) -> JSONValue {
        guard let found = optional(key) else { throw .malformed("\(name).\(key) is missing") }
        return found
    }
}
