import Ethereum
import RelayTestSupport
import Testing

extension FixedWidthInteger {
    /// Its bytes from the lowest address on.
    var memory: [UInt8] { unsafe withUnsafeBytes(of: self) { bytes in unsafe Array(bytes) } }
}

@Suite struct Hash32Tests {
    @Test(arguments: [0, 1, 31, 33, 64])
    func refusesAnyOtherLength(_ count: Int) {
        #expect(Hash32([UInt8](repeating: 1, count: count)) == nil)
        #expect(Hash32(hex: String(repeating: "01", count: count)) == nil)
    }

    @Test func keepsItsBytesAndText() throws {
        let bytes = (0..<32).map { UInt8($0 * 8 + 7) }
        let hash = try #require(Hash32(bytes))
        #expect(hash.bytes == bytes)
        let words = hash.inPlace
        #expect(words.indices.flatMap { words[$0].memory } == bytes)
        #expect(hash.hex == "0x" + Hex.encode(bytes))
        #expect(Hash32(hex: hash.hex) == hash)
        #expect(Hash32(hex: Hex.encode(bytes).uppercased()) == hash)
        #expect("\(hash)" == hash.hex)
    }

    @Test func refusesAWrongDigitAnywhere() {
        for place in 0..<64 {
            var digits = Array(repeating: Character("a"), count: 64)
            digits[place] = "g"
            #expect(Hash32(hex: "0x" + String(digits)) == nil, "digit \(place)")
        }
    }

    @Test func ordersAsItsBytesDo() throws {
        var chance = SeededGenerator(seed: 1)
        for _ in 0..<500 {
            var left = chance.bytes(32)
            let right = chance.oneIn(2) ? chance.bytes(32) : left
            left[chance.below(32)] = UInt8(chance.below(256))
            let less = try #require(Hash32(left)) < #require(Hash32(right))
            #expect(less == left.lexicographicallyPrecedes(right), "\(left) \(right)")
        }
    }

    @Test func takes32BytesAndNoMore() {
        #expect(MemoryLayout<Hash32>.stride == 32)
    }
}
