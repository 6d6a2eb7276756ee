import RelayTestSupport
import Testing

@testable import JSON

@Suite struct JSONHexTests {
    @Test(arguments: [0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 1_000])
    func decodesEveryLengthInAnyCase(length: Int) throws {
        var random = SeededGenerator(seed: UInt64(length))
        let bytes = random.bytes(length)
        let digits = bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16, uppercase: true) }.joined()
        let text = Array(" \"0x\(digits)\" ".utf8)
        var reader = JSONReader(text.span)
        var arena = ByteArena()
        arena.append(7)
        let range = try #require(try reader.hexBytes(into: &arena))
        #expect(range == 1..<1 + length)
        #expect(arena[range] == bytes)
        try reader.finish()
    }

    @Test func refusesEveryByteThatIsNoDigitAtEveryPlace() throws {
        for byte in UInt8(0x20)...UInt8.max where byte != 0x22 && byte != 0x5c {
            let isDigit = Character(Unicode.Scalar(byte)).isHexDigit && byte < 0x80
            for place in [0, 7, 15, 16, 30, 33] {
                var digits = Array(repeating: UInt8(ascii: "a"), count: 34)
                digits[place] = byte
                let text = Array("\"0x".utf8) + digits + Array("\"".utf8)
                var reader = JSONReader(text.span)
                var arena = ByteArena()
                let range = try? reader.hexBytes(into: &arena)
                #expect((range != nil) == isDigit, "byte \(byte) at \(place)")
                #expect(arena.count == (isDigit ? 17 : 0))
            }
        }
    }

    @Test(arguments: [
        "\"0x123\"", "\"0X12\"", "\"12\"", "\"\"", "\"0\"", "\"0xzz\"", "12", "null", "[\"0x12\"]", "{\"a\":1}",
    ])
    func passesWhatIsNoHex(value: String) throws {
        let text = Array(value.utf8)
        var reader = JSONReader(text.span)
        var arena = ByteArena()
        #expect(try reader.hexBytes(into: &arena) == nil)
        #expect(arena.count == 0)
        try reader.finish()
    }

    @Test func decodesDigitsWrittenAsEscapes() throws {
        let text = Array(#""0x\u0031f""#.utf8)
        var reader = JSONReader(text.span)
        var arena = ByteArena()
        let range = try #require(try reader.hexBytes(into: &arena))
        #expect(arena[range] == [0x1f])
    }

    @Test(
        arguments: [
            ("\"0x0\"", 0), ("\"0x1b4\"", 436), ("\"0xFFFFFFFFFFFFFFFF\"", UInt64.max), ("\"0x\"", nil),
            ("\"0x10000000000000000\"", nil), ("\"436\"", nil), ("\"0xg\"", nil), ("436", nil), ("null", nil),
            ("[1]", nil),
        ] as [(String, UInt64?)]
    )
    func readsQuantities(value: String, quantity: UInt64?) throws {
        let text = Array(value.utf8)
        var reader = JSONReader(text.span)
        #expect(try reader.quantity() == quantity)
        try reader.finish()
    }
}
