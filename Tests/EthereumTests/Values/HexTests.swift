import Ethereum
import Testing

@Suite struct HexTests {
    @Test func writesLowerCaseDigitsWithoutPrefix() {
        #expect(Hex.encode([0x00, 0x0f, 0xa0, 0xff]) == "000fa0ff")
        #expect(Hex.encode([UInt8]()) == "")
    }

    @Test(arguments: ["0xAbCd", "abcd", "0XABCD"])
    func readsEitherCaseWithOrWithoutPrefix(_ text: String) {
        #expect(Hex.decode(text) == [0xab, 0xcd])
    }

    @Test(arguments: ["0xa", "abc", "0x0g", "0x 1", "x0", "0x0x", "/0", ":0", "@0", "G0", "`0", "é0", "0xé"])
    func refusesWhatIsNoPairOfDigits(_ text: String) {
        #expect(Hex.decode(text) == nil)
    }

    @Test(arguments: ["", "0x"])
    func readsNoDigitsAsNoBytes(_ text: String) {
        #expect(Hex.decode(text) == [])
    }

    @Test func readsEveryByteItWrites() {
        let all = (0...255).map { UInt8($0) }
        #expect(Hex.decode(Hex.encode(all)) == all)
    }
}
