import Ethereum
import RelayTestSupport
import Testing

@testable import Keys

@Suite(.timeLimit(.minutes(1))) struct KeystoreTests {
    private let directory: TemporaryDirectory
    private let fast = KeyDerivation.scrypt(n: 2, r: 8, p: 1, salt: [1, 2, 3])

    init() throws { directory = try TemporaryDirectory() }

    struct Vector: CustomTestStringConvertible {
        let name: String
        let password: String
        let key: String
        let file: String

        var testDescription: String { name }
    }

    private static func vectors() throws -> [Vector] {
        let path = PackageRoot.path + "/Tests/KeysTests/Vectors/web3-secret-storage.txt"
        return try text(ofFile: path).split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            let parts = line.split(separator: "\t", maxSplits: 3).map(String.init)
            try #require(parts.count == 4)
            return Vector(name: parts[0], password: parts[1], key: parts[2], file: parts[3])
        }
    }

    @Test func opensThePublishedVectors() throws {
        let vectors = try Self.vectors()
        #expect(vectors.count == 4)
        for vector in vectors where vector.name != "scrypt" {
            let key = try Keystore.open(Array(vector.file.utf8), password: secret(vector.password))
            #expect(digits(key) == vector.key, "\(vector.name)")
        }
    }

    /// The definition's own scrypt file breaks a rule of RFC 7914, on which libcrypto insists.
    @Test func refusesParametersThatRFC7914DoesNotAllow() throws {
        let vector = try #require(Self.vectors().first { $0.name == "scrypt" })
        #expect(throws: KeyError.unsupported("scrypt with n 262144 and r 1")) {
            try Keystore.open(Array(vector.file.utf8), password: secret(vector.password))
        }
    }

    @Test func namesTheFileThatIsWrong() {
        let file = directory.write("key.json", "{")
        let error = #expect(throws: KeyError.self) { try Keystore.open(file: file, password: secret("")) }
        #expect(error.map { "\($0)" }?.hasPrefix("\(file): not a keystore: ") == true)
    }

    @Test func opensWhatEthAccountWrites() async throws {
        let count = try await python(["make", directory.path])
        let number = try #require(Int(count))
        #expect(number >= 5)
        for index in 0..<number {
            let key = try Keystore.open(
                Array(text(ofFile: directory.file("\(index).json")).utf8),
                password: secret(index == 3 ? "" : text(ofFile: directory.file("\(index).password")))
            )
            #expect(try digits(key) == text(ofFile: directory.file("\(index).key")), "\(index)")
        }
    }

    @Test func writesWhatEthAccountOpens() async throws {
        let key = try PrivateKey.random()
        let path = directory.file("new.json")
        try Keystore.write(Keystore.json(key, password: secret("pässwörd 1")), to: path)
        #expect(try await python(["open", path, "pässwörd 1"]) == digits(key))
        #expect(try text(ofFile: path).contains(#""kdfparams":{"dklen":32,"n":262144,"p":1,"r":8,"#))
    }

    @Test func opensItsOwnFileWithItsPasswordFile() throws {
        let key = try PrivateKey.random()
        let json = try Keystore.json(key, password: secret("secret"), derivation: .pbkdf2(rounds: 3, salt: [9]))
        let file = directory.write("keystore", json, mode: 0o644)
        let password = directory.write("password", "secret\n")
        #expect(try Keystore.open(file: file, passwordFile: password).address == key.address)
    }

    @Test func usesFreshSaltIVAndIdForEachFile() throws {
        let key = try PrivateKey.random()
        let files = try (0..<2).map { _ in
            try String(decoding: Keystore.json(key, password: secret("a"), derivation: fast), as: UTF8.self)
        }
        for name in ["\"iv\":\"", "\"id\":\"", "\"ciphertext\":\""] {
            let values = files.compactMap { $0.split(separator: name).dropFirst().first?.prefix(30) }
            #expect(values.count == 2 && values[0] != values[1], "\(name)")
        }
    }

    @Test(arguments: ["", "Secret", "secret ", "secret\n"]) func knowsTheWrongPassword(guess: String) throws {
        let json = try Keystore.json(.random(), password: secret("secret"), derivation: fast)
        #expect(throws: KeyError.wrongPassword) { try Keystore.open(json, password: secret(guess)) }
    }

    @Test func refusesTheKeyOfAnotherAccount() throws {
        let key = try PrivateKey.random()
        let other = try PrivateKey.random()
        let json = try String(decoding: Keystore.json(key, password: secret("a"), derivation: fast), as: UTF8.self)
        let forged = json.replacing(Hex.encode(key.address.bytes), with: Hex.encode(other.address.bytes))
        #expect(throws: KeyError.wrongAddress(file: other.address, key: key.address)) {
            try Keystore.open(Array(forged.utf8), password: secret("a"))
        }
    }

    @Test func writesAFileThatOnlyItsOwnerMayRead() throws {
        let path = directory.file("new.json")
        try Keystore.write([1, 2, 3], to: path)
        #expect(throws: Never.self) { try OpenFile(reading: path).requirePrivate() }
    }

    @Test func neverOverwritesAFile() throws {
        let path = directory.write("old.json", "the only copy")
        #expect(throws: KeyError.file(path: path, reason: "File exists")) { try Keystore.write([1], to: path) }
        #expect(try text(ofFile: path) == "the only copy")
    }

    /// Runs eth-account; returns what it printed.
    private func python(_ arguments: [String]) async throws -> String {
        let script = PackageRoot.path + "/Tests/Devnet/crosscheck/keystore.py"
        return try await withChildProcess(PackageRoot.python(), [script] + arguments) { child in
            try await child.firstLine()
        }
    }
}
