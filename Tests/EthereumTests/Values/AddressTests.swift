import Ethereum
import JSON
import Testing

@Suite(.timeLimit(.minutes(5))) struct AddressTests {
    @Test func writesTheChecksumsOfEIP55() throws {
        for address in try Vectors.list("eip55", "addresses") {
            let text = try #require(address.string)
            #expect(try #require(Address(hex: text)).checksummed == text)
        }
    }

    @Test func agreesWithEthUtils() async throws {
        try await CrossCheck.run("address", 500) { expected, label in
            let address = try #require(Address(expected.bytes("address")), label)
            #expect(address.checksummed == (try expected.text("checksummed")), label)
            #expect(address.description == address.checksummed, label)
            #expect((Address(hex: try expected.text("other")) != nil) == (try expected.flag("otherIsSound")), label)
        }
    }

    @Test(arguments: [
        "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED",
        "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    ])
    func readsOneCaseWithoutAChecksum(_ text: String) {
        #expect(Address(hex: text)?.checksummed == "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")
    }

    @Test(arguments: [
        "", "0x", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAedA",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg",
    ])
    func refusesWrongLengthDigitOrChecksum(_ text: String) {
        #expect(Address(hex: text) == nil)
    }

    @Test(arguments: [0, 19, 21, 32])
    func refusesAnyOtherNumberOfBytes(_ count: Int) {
        #expect(Address([UInt8](repeating: 1, count: count)) == nil)
    }

    @Test func standsInAWordBehindTwelveZeros() throws {
        let address = try #require(Address((1...20).map { UInt8($0) }))
        #expect(address.asWord.bytes == [UInt8](repeating: 0, count: 12) + address.bytes)
        let words = address.inPlace
        #expect(words.indices.flatMap { words[$0].memory } == address.bytes)
    }

    @Test func ordersAsItsBytesDo() throws {
        let low = try #require(Address(hex: "0x00000000000000000000000000000000000000ff"))
        let middle = try #require(Address(hex: "0x0000000000000000000000000000000100000000"))
        let high = try #require(Address(hex: "0x0100000000000000000000000000000000000000"))
        #expect(Address.zero < low && low < middle && middle < high && !(high < low) && !(low < low))
    }
}
