import RelayTestSupport
import Testing

@testable import Bacalhau

@Suite struct ContentIDTests {
    /// One hash as version 0, and as version 1 in each base.
    private static let version0 = "QmeNhAA97qtdGHQtd1Qvgk13C6GHkn6aTCT8ih53JLN7vL"
    private static let version1 = [
        "bafybeihoidv7mdmlqcjp4pal7lkp4lrnaprwhrloodv6agn6j54xnhzmqu",
        "f01701220ee40ebf60d8b8092fe3c0bfad4fe2e2d03e363c56e70ebe019be4f79769f2c85",
        "F01701220EE40EBF60D8B8092FE3C0BFAD4FE2E2D03E363C56E70EBE019BE4F79769F2C85",
        "zdj7WmTwXbCyKNE8zipMkNYZ7qbpJTjUKWiKWrfPVTi7mw26G",
        "k2jmtxxavwlcjzzor7o8iq6tb81ebqgmwehouno43b2neg8we279ya2t",
        "BAFYBEIHOIDV7MDMLQCJP4PAL7LKP4LRNAPRWHRLOODV6AGN6J54XNHZMQU",
    ]

    @Test func readsAllBasesAsOne() throws {
        let zero = try #require(ContentID(Self.version0))
        #expect(zero.codec == ContentID.Code.dagPB && zero.hashFunction == ContentID.Code.sha256)
        #expect(zero.digest.count == 32 && zero.digest.starts(with: [0xee, 0x40, 0xeb, 0xf6]))
        #expect(zero.text == Self.version0)
        for text in Self.version1 {
            let one = try #require(ContentID(text), "\(text)")
            #expect(one.digest == zero.digest && one.codec == zero.codec && one != zero)
            #expect(one.text == Self.version1[0])
        }
    }

    @Test(arguments: [
        "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi",
        "zb2rhe5P4gXftAwvA4eXQ5HJwsER2owDyS9sKaQRRVQPn93bA",
        // Content that is its own name.
        "f015500036f6e65",
    ])
    func takes(text: String) { #expect(ContentID(text) != nil) }

    @Test(arguments: [
        "", "Q", "Qm", "b", "bafy/../", "BAFY1", "hello world", "bafybeigdyrzt", "é",
        "QmeNhAA97qtdGHQtd1Qvgk13C6GHkn6aTCT8ih53JLN7v",
        "QmeNhAA97qtdGHQtd1Qvgk13C6GHkn6aTCT8ih53JLN7vLL",
        // Zero is no digit of base58.
        "QmeNhAA97qtdGHQtd1Qvgk13C6GHkn6aTCT8ih53JLN70L",
        // More than 32 bytes of hash.
        "Qmzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
        // A digit more, a digit less, and mixed case.
        "bafybeihoidv7mdmlqcjp4pal7lkp4lrnaprwhrloodv6agn6j54xnhzmqua",
        "bafybeihoidv7mdmlqcjp4pal7lkp4lrnaprwhrloodv6agn6j54xnhzmq",
        "bafybeihoidv7mdmlqcjp4pal7lkp4lrnaprwhrloodv6agn6j54xnhzmqU",
        // The last digit's spare bits are not zero.
        "bafybeihoidv7mdmlqcjp4pal7lkp4lrnaprwhrloodv6agn6j54xnhzmqv",
        // Version 2; a length that is not the hash's; a number that has no end; and an odd digit.
        "f02701220ee40ebf60d8b8092fe3c0bfad4fe2e2d03e363c56e70ebe019be4f79769f2c85",
        "f01701221ee40ebf60d8b8092fe3c0bfad4fe2e2d03e363c56e70ebe019be4f79769f2c85",
        "f01ffffffffffffffffffff", "f01701",
        "f01701220ee40ebf60d8b8092fe3c0bfad4fe2e2d03e363c56e70ebe019be4f79769f2c850",
        // A hash of no bytes, and a version in two.
        "bafybeaa", "f8100701220ee40ebf60d8b8092fe3c0bfad4fe2e2d03e363c56e70ebe019be4f79769f2c85",
        // A bare hash in a base.
        "f1220ee40ebf60d8b8092fe3c0bfad4fe2e2d03e363c56e70ebe019be4f79769f2c85",
        "zQmeNhAA97qtdGHQtd1Qvgk13C6GHkn6aTCT8ih53JLN7vL",
        "b" + String(repeating: "a", count: 128), "k" + String(repeating: "0", count: 127),
    ])
    func refuses(text: String) { #expect(ContentID(text) == nil) }

    /// The examples of the multibase specification.
    @Test(arguments: [
        ("f796573206d616e692021", "yes mani !"), ("bpfsxgidnmfxgsibb", "yes mani !"),
        ("BPFSXGIDNMFXGSIBB", "yes mani !"), ("z7paNL19xttacUY", "yes mani !"), ("k2lcpzo5yikidynfl", "yes mani !"),
        ("f0000796573206d616e692021", "\0\0yes mani !"), ("baaahszltebwwc3tjeaqq", "\0\0yes mani !"),
        ("z117paNL19xttacUY", "\0\0yes mani !"), ("k002lcpzo5yikidynfl", "\0\0yes mani !"),
    ])
    func decodesBases(text: String, bytes: String) {
        #expect(Multibase.decode(text.utf8) == Array(bytes.utf8))
        if text.hasPrefix("b") { #expect(Multibase.base32(bytes.utf8) == text) }
        if text.hasPrefix("z") { #expect("z" + Multibase.encode(bytes.utf8, Multibase.base58) == text) }
    }

    @Test func writesAndReadsTheSame() {
        var random = SeededGenerator(seed: 1)
        for length in 0..<60 {
            let bytes = Array(repeating: UInt8(0), count: random.below(3)) + random.bytes(length)
            #expect(Multibase.decode(Multibase.base32(bytes).utf8) == bytes)
            #expect(Multibase.decode(("z" + Multibase.encode(bytes, Multibase.base58)).utf8) == bytes)
        }
    }
}
