internal import Ethereum
internal import JSON

/// What a version 3 keystore's file says.
struct KeystoreFile {
    /// Not part of the definition, but all write it.
    let address: Address?
    let derivation: KeyDerivation
    let iv: [UInt8]
    let ciphertext: [UInt8]
    let mac: [UInt8]

    init(address: Address?, derivation: KeyDerivation, iv: [UInt8], ciphertext: [UInt8], mac: [UInt8]) {
        self.address = address
        self.derivation = derivation
        self.iv = iv
        self.ciphertext = ciphertext
        self.mac = mac
    }

    /// Reads at most 64 KiB; everything that the file asks for is checked before anything is computed.
    init(_ json: [UInt8]) throws(KeyError) {
        let root = try Self.root(json)
        let version = try root.integer("version", 0...1_000)
        guard version == 3 else { throw .unsupported("version \(version)") }
        // geth's first files have it with a capital.
        let crypto = try root.object(root.optional("crypto") == nil ? "Crypto" : "crypto")
        let cipher = try crypto.text("cipher")
        guard cipher == "aes-128-ctr" else { throw .unsupported("cipher \(cipher)") }
        derivation = try KeyDerivation(crypto)
        iv = try crypto.object("cipherparams").bytes("iv", 16...16)
        ciphertext = try crypto.bytes("ciphertext", 1...32)
        mac = try crypto.bytes("mac", 32...32)
        address = try Self.address(root)
    }

    private static func root(_ json: [UInt8]) throws(KeyError) -> KeystoreObject {
        do {
            return try KeystoreObject(JSONValue.parse(json, limits: JSONLimits(bytes: 65_536)), name: "keystore")
        } catch let error as KeyError {
            throw error
        } catch {
            throw .malformed("\(error)")
        }
    }

    private static func address(_ root: KeystoreObject) throws(KeyError) -> Address? {
        guard root.optional("address") != nil else { return nil }
        if try root.text("address").isEmpty { return nil }
        return Address(try root.bytes("address", 20...20))
    }

    func json(id: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { file in
            if let address { file.member("address", Hex.encode(address.bytes)) }
            file.member("crypto") { crypto in crypto.object { write(to: &$0) } }
            file.member("id", id)
            file.member("version", 3)
        }
        return writer.bytes
    }

    private func write(to crypto: inout JSONWriter) {
        crypto.member("cipher", "aes-128-ctr")
        crypto.member("cipherparams") { $0.object { $0.member("iv", Hex.encode(iv)) } }
        crypto.member("ciphertext", Hex.encode(ciphertext))
        crypto.member("kdf", derivation.name)
        crypto.member("kdfparams") { $0.object { derivation.write(to: &$0) } }
        crypto.member("mac", Hex.encode(mac))
    }
}
