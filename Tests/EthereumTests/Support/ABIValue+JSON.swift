import Ethereum
import JSON
import Testing

extension ABIValue {
    /// A value as the vectors write it: numbers as decimal text, bytes and strings as hex.
    init(_ json: JSONValue, _ type: ABIType) throws {
        switch type {
        case .uint: self = .uint(try #require(json.string.flatMap { UInt256(decimal: $0) }))
        case .int: self = .int(try #require(json.string.flatMap { Int256(decimal: $0) }))
        case .address: self = .address(try #require(json.string.flatMap { Address(hex: $0) }))
        case .bool: self = .bool(json == true)
        case .fixedBytes: self = .fixedBytes(try #require(json.string.flatMap { Hex.decode($0) }))
        case .bytes: self = .bytes(try #require(json.string.flatMap { Hex.decode($0) }))
        case .string: self = .string(try #require(json.string.flatMap { Hex.decode($0) }))
        case .array(let element), .fixedArray(let element, _):
            self = .array(try #require(json.array).map { try ABIValue($0, element) })
        case .tuple(let members):
            let values = try #require(json.array)
            try #require(values.count == members.count)
            self = .tuple(try zip(values, members).map { try ABIValue($0, $1.type) })
        }
    }

    static func list(_ json: [JSONValue], _ types: [ABIType]) throws -> [ABIValue] {
        try #require(json.count == types.count)
        return try zip(json, types).map { try ABIValue($0, $1) }
    }
}

extension ABIFunction {
    /// From text such as `f(uint256,(address,string)[])`; the same types come out as go in.
    init(_ signature: String) throws {
        let name = signature.prefix { $0 != "(" }
        guard case .tuple(let inputs) = try ABIType(String(signature.dropFirst(name.count))) else {
            throw ABIError.malformedType(signature)
        }
        self.init(name: String(name), inputs: inputs, outputs: inputs)
    }

    /// A function of these types.
    init(types: [ABIType]) {
        let parameters = types.map { ABIParameter(name: "", type: $0) }
        self.init(name: "f", inputs: parameters, outputs: parameters)
    }
}
