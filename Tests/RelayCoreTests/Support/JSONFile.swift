import Ethereum
import FoundationEssentials
import JSON
import RelayTestSupport
import Testing

/// A file of this package, by its path in it.
func fileBytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: "\(PackageRoot.path)/\(path)")))
}

func jsonFile(_ path: String) throws -> JSONValue { try JSONValue.parse(fileBytes(path)) }

extension JSONValue {
    func text(_ name: String) throws -> String { try #require(self[name]?.string, "no text `\(name)`") }
    func list(_ name: String) throws -> [JSONValue] { try #require(self[name]?.array, "no list `\(name)`") }
    func bytes(_ name: String) throws -> [UInt8] { try #require(Hex.decode(text(name)), "`\(name)` is no hex") }
    func hash(_ name: String) throws -> Hash32 { try #require(Hash32(hex: text(name)), "`\(name)` is no hash") }
    func address(_ name: String) throws -> Address { try #require(Address(hex: text(name)), "`\(name)`: no address") }
    func number(_ name: String) throws -> UInt256 { try #require(UInt256(decimal: text(name)), "`\(name)`: no number") }
}
