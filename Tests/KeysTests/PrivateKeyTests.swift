import Ethereum
import RelayTestSupport
import Testing

@testable import Keys

@Suite struct PrivateKeyTests {
    // EIP-155's example key and its account.
    private let hex = String(repeating: "46", count: 32)
    private let account = Address(hex: "0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F")

    private static let order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"

    @Test(arguments: ["", "0x"]) func knowsItsAccount(prefix: String) throws {
        #expect(try PrivateKey(hex: secret(prefix + hex), source: "test").address == account)
    }

    @Test func takesDigitsOfBothCasesAndSpacesAround() throws {
        let upper = try PrivateKey(hex: secret(" \tABCDEF" + hex.dropFirst(6) + " \r\n"), source: "test")
        #expect(digits(upper) == "abcdef" + hex.dropFirst(6))
    }

    @Test func signsForItsAccount() throws {
        let key = try PrivateKey(hex: secret(hex), source: "test")
        let digest = keccak256([1, 2, 3])
        #expect(try Secp256k1.recoverAddress(digest, key.sign(digest)) == account)
    }

    @Test(arguments: [
        "", "0x", String(repeating: "0", count: 64), order, String(repeating: "f", count: 64),
        String(repeating: "1", count: 63), String(repeating: "1", count: 65), String(repeating: "1", count: 66),
        "0x" + String(repeating: "1", count: 62), String(repeating: "g", count: 64),
        String(repeating: "1 ", count: 32), String(repeating: "é", count: 32),
    ])
    func refusesWhatIsNoKey(text: String) {
        #expect(throws: KeyError.notAKey(source: "KEY")) { try PrivateKey(hex: secret(text), source: "KEY") }
    }

    @Test(arguments: [0, 1, 31, 33]) func refusesAnotherLength(count: Int) {
        #expect(throws: KeyError.notAKey(source: "KEY")) {
            try PrivateKey(Secret(copying: [UInt8](repeating: 1, count: count)), source: "KEY")
        }
    }

    @Test func saysNothingOfTheKeyInItsError() {
        let error = #expect(throws: KeyError.self) { try PrivateKey(hex: secret("5ec2e7" + hex), source: "KEY") }
        #expect(error.map { "\($0)".contains("5ec2e7") } == false)
    }

    @Test func isReadFromAFile() throws {
        let directory = try TemporaryDirectory()
        #expect(try PrivateKey(hexFile: directory.write("key", "0x\(hex)\n")).address == account)
        let open = directory.write("open", hex, mode: 0o644)
        #expect(throws: KeyError.open(path: open, mode: 0o644)) { try PrivateKey(hexFile: open) }
    }

    @Test func isDrawnAtRandom() throws {
        let accounts = Set(try (0..<16).map { _ in try PrivateKey.random().address })
        #expect(accounts.count == 16)
    }
}
