import RelayTestSupport
import Testing

@testable import Keys

@Suite(.timeLimit(.minutes(1))) struct HostileKeystoreTests {
    private static let file = """
        {"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"e0c41130a323adc1446fc82f724bca2f"},\
        "ciphertext":"9517cd5bdbe69076f9bf5057248c6c050141e970efa36ce53692d5d59a3984","kdf":"scrypt",\
        "kdfparams":{"dklen":32,"n":2,"r":8,"p":1,"salt":"711f816911c92d649fb4c84b047915679933555030b3552c1212609b38208c63"},\
        "mac":"d5e116151c6aa71470e67a7d42c9620c75c4d23229847dcc127794f0732b0db5"},"version":3}
        """

    private func open(_ text: String) throws -> PrivateKey {
        try Keystore.open(Array(text.utf8), password: secret("foo"))
    }

    @Test func opensTheFileUndamaged() throws {
        #expect(throws: Never.self) { try open(Self.file) }
        #expect(throws: Never.self) { try open(Self.file.replacing("\"crypto\"", with: "\"Crypto\"")) }
        #expect(throws: Never.self) { try open(Self.file.replacing("\"iv\":\"e", with: "\"iv\":\"0xE")) }
    }

    @Test(arguments: [
        (#""n":2"#, #""n":1"#), (#""n":2"#, #""n":3"#), (#""n":2"#, #""n":2097152"#), (#""n":2"#, #""n":-2"#),
        (#""n":2"#, #""n":18446744073709551616"#), (#""n":2"#, #""n":2.0"#), (#""n":2"#, #""n":"2""#),
        (#""n":2,"#, ""), (#""n":2"#, #""n":null"#), (#""n":2,"r":8"#, #""n":1048576,"r":8"#),
        (#""n":2,"r":8,"p":1"#, #""n":524288,"r":8,"p":16"#), (#""r":8"#, #""r":0"#), (#""r":8"#, #""r":65"#),
        (#""p":1"#, #""p":0"#), (#""p":1"#, #""p":1000000"#), (#""dklen":32"#, #""dklen":31"#),
        (#""dklen":32"#, #""dklen":1000000000"#), (#""salt":"71"#, #""salt":"7"#), (#""salt":"71"#, #""salt":"zz"#),
        (#""salt":"711f816911c92d649fb4c84b047915679933555030b3552c1212609b38208c63""#, #""salt":"""#),
        (#""iv":"e0"#, #""iv":""#), (#""iv":"e0"#, #""iv":"e0e0"#), (#""mac":"d5"#, #""mac":""#),
        (#""ciphertext":"95"#, #""ciphertext":"959595"#), (#""crypto":{"#, #""crypto":[],"x":{"#),
        (#""kdfparams":{"#, #""kdfparams":7,"x":{"#), (#""version":3"#, #""version":"3""#), (#","version":3"#, ""),
        (#""version":3"#, #""version":3,"address":"12""#), (#""version":3"#, #""version":3,"address":7"#),
        (#""version":3"#, #""version":3,"version":3"#), (#""version":3}"#, #""version":3}}"#),
        (#""kdf":"scrypt","#, ""),
    ])
    func refusesADamagedFile(part: String, damaged: String) throws {
        try #require(Self.file.contains(part))
        let text = Self.file.replacing(part, with: damaged, maxReplacements: 1)
        let error = #expect(throws: KeyError.self) { try open(text) }
        guard case .malformed? = error else {
            Issue.record("\(String(describing: error)) for \(damaged)")
            return
        }
    }

    @Test(arguments: [
        (#""version":3"#, #""version":1"#, "version 1"), ("aes-128-ctr", "aes-128-cbc", "cipher aes-128-cbc"),
        (#""kdf":"scrypt""#, #""kdf":"argon2""#, "kdf argon2"),
        (
            #""kdf":"scrypt","kdfparams":{"#, #""kdf":"pbkdf2","kdfparams":{"prf":"hmac-sha1","c":1,"#,
            "prf hmac-sha1"
        ),
    ])
    func namesWhatItDoesNotRead(part: String, other: String, named: String) {
        #expect(throws: KeyError.unsupported(named)) { try open(Self.file.replacing(part, with: other)) }
    }

    @Test(arguments: [#""c":0"#, #""c":10000001"#, #""c":-1"#, #""c":4294967297"#, #""d":1"#])
    func boundsTheRoundsOfPBKDF2(rounds: String) {
        let kdf = #""kdf":"pbkdf2","kdfparams":{"prf":"hmac-sha256",\#(rounds),"#
        let text = Self.file.replacing(#""kdf":"scrypt","kdfparams":{"#, with: kdf)
        #expect(
            throws: KeyError.malformed(
                "keystore.crypto.kdfparams.c is \(rounds.hasPrefix("\"d") ? "missing" : "no integer from 1 to 10000000")"
            )
        ) {
            try open(text)
        }
    }

    @Test func refusesEveryBeginningOfAFile() {
        let bytes = Array(Self.file.utf8)
        for count in 0..<bytes.count {
            #expect(throws: KeyError.self) { try Keystore.open(Array(bytes[..<count]), password: secret("foo")) }
        }
    }

    @Test func refusesAFileThatIsTooLarge() {
        let text = Self.file + String(repeating: " ", count: 65_536)
        #expect(throws: KeyError.self) { try open(text) }
    }

    @Test func doesNotTrapOnMutations() {
        var random = SeededGenerator(seed: 20_261_124)
        let bytes = Array(Self.file.utf8)
        for _ in 0..<3_000 {
            // The costs stay small: a mutant may ask for at most two more digits.
            _ = try? KeystoreFile(random.mutated(bytes))
        }
    }
}
