import Ethereum
import FoundationEssentials
import JSON
import RelayTestSupport
import Testing

/// The published vectors beside these tests; each file names its source.
enum Vectors {
    static func load(_ name: String) throws -> JSONValue {
        let path = "\(PackageRoot.path)/Tests/EthereumTests/Vectors/\(name).json"
        return try JSONValue.parse([UInt8](Data(contentsOf: URL(filePath: path))))
    }

    static func list(_ name: String, _ member: String) throws -> [JSONValue] {
        try #require(load(name)[member]?.array, "\(name).json has no list `\(member)`")
    }
}

extension JSONValue {
    func text(_ name: String) throws -> String { try #require(self[name]?.string, "no text `\(name)`") }

    func flag(_ name: String) throws -> Bool {
        let value = try #require(self[name], "no flag `\(name)`")
        return value == true
    }

    func list(_ name: String) throws -> [JSONValue] { try #require(self[name]?.array, "no list `\(name)`") }

    func bytes(_ name: String) throws -> [UInt8] {
        try #require(Hex.decode(text(name)), "`\(name)` is no hex")
    }

    func hash(_ name: String) throws -> Hash32 { try #require(Hash32(hex: text(name)), "`\(name)` is no hash") }

    func address(_ name: String) throws -> Address {
        try #require(Address(hex: text(name)), "`\(name)` is no address")
    }

    func number(_ name: String) throws -> UInt256 {
        try #require(UInt256(decimal: text(name)), "`\(name)` is no number")
    }

    func small(_ name: String) throws -> UInt64 {
        try #require(number(name).asUInt64, "`\(name)` does not fit 64 bits")
    }

    func integer(_ name: String) throws -> Int64 { try #require(self[name]?.int64, "no integer `\(name)`") }
}
