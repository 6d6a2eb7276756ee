import Ethereum
import JSON
import Testing

@Suite(.timeLimit(.minutes(5))) struct Secp256k1Tests {
    private static let order: UInt256 =
        0xffff_ffff_ffff_ffff_ffff_ffff_ffff_fffe_baae_dce6_af48_a03b_bfd2_5e8c_d036_4141

    // Spans stay out of the macros, which cannot hold them.

    private static func sign(_ digest: Hash32, _ key: [UInt8]) throws(SigningError) -> RecoverableSignature {
        try Secp256k1.sign(digest, key: key.span)
    }

    private static func address(_ key: [UInt8]) throws(SigningError) -> Address {
        try Secp256k1.address(ofKey: key.span)
    }

    private static func publicKey(_ key: [UInt8]) throws(SigningError) -> [UInt8] {
        try Secp256k1.publicKey(ofKey: key.span)
    }

    private static func isValid(_ key: [UInt8]) -> Bool { Secp256k1.isValidKey(key.span) }

    @Test func makesTheSignaturesOfRFC6979() throws {
        for vector in try Vectors.list("rfc6979", "vectors") {
            let signature = try Self.sign(vector.hash("digest"), vector.bytes("key"))
            #expect(signature.r.bigEndianBytes == (try vector.bytes("r")))
            #expect(signature.s.bigEndianBytes == (try vector.bytes("s")))
        }
    }

    @Test func makesTheSignatureOfEIP155sExample() throws {
        let digest = try #require(
            Hash32(hex: "0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53")
        )
        let signature = try Self.sign(digest, [UInt8](repeating: 0x46, count: 32))
        #expect(
            signature.r.description
                == "18515461264373351373200002665853028612451056578545711640558177340181847433846"
        )
        #expect(
            signature.s.description
                == "46948507304638947509940763649030358759909902576025900602547168820602576006531"
        )
        #expect(!signature.yParity)
    }

    @Test func agreesWithEthKeys() async throws {
        try await CrossCheck.run("signature", 1000) { expected, label in
            let key = try expected.bytes("key")
            let digest = try expected.hash("digest")
            let signature = RecoverableSignature(
                r: try expected.number("r"),
                s: try expected.number("s"),
                yParity: try expected.integer("yParity") == 1
            )
            let address = try expected.address("address")
            let signed = try Self.sign(digest, key)
            let recovered = try Secp256k1.recoverAddress(digest, signature)
            let derived = try Self.address(key)
            let point = try Self.publicKey(key)
            #expect(signed == signature, label)
            #expect(recovered == address && derived == address, label)
            #expect(point == (try expected.bytes("publicKey")), label)
        }
    }

    @Test func refusesWhatIsNoPrivateKey() {
        let zero = [UInt8](repeating: 0, count: 32)
        let keys = [zero, Self.order.bigEndianBytes, UInt256.max.bigEndianBytes, [1], [], zero + [1]]
        for key in keys {
            #expect(!Self.isValid(key))
            #expect(throws: SigningError.invalidKey) { try Self.sign(.zero, key) }
            #expect(throws: SigningError.invalidKey) { try Self.address(key) }
        }
        #expect(Self.isValid(UInt256(1).bigEndianBytes))
    }

    @Test func refusesTheOtherHalfOfTheOrder() throws {
        let digest = keccak256([1])
        var signature = try Self.sign(digest, UInt256(7).bigEndianBytes)
        signature.s = Self.order.subtractingSaturating(signature.s)
        signature.yParity.toggle()
        #expect(throws: SigningError.invalidSignature) { try Secp256k1.recoverAddress(digest, signature) }
    }

    @Test(arguments: [(0, 1), (1, 0), (0, 0), (order, 1), (.max, 1), (5, 1)] as [(UInt256, UInt256)])
    func refusesSignaturesThatNobodyMade(_ r: UInt256, _ s: UInt256) {
        let signature = RecoverableSignature(r: r, s: s, yParity: false)
        #expect(throws: SigningError.invalidSignature) { try Secp256k1.recoverAddress(.zero, signature) }
    }
}
