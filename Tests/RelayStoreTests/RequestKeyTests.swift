import Ethereum
import RelayStore
import Testing

@Suite struct RequestKeyTests {
    static let contract = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
    static let hash = "0x" + String(repeating: "ab", count: 32)

    @Test func readsWhatPeopleType() throws {
        let address = try #require(Address(hex: Self.contract))
        let hash = try #require(Hash32(hex: Self.hash))

        #expect(RequestKey(Self.hash) == .hash(hash))
        #expect(RequestKey("0xABABABAB") == .hashPrefix("abababab"))
        #expect(RequestKey("17") == .job(contract: nil, id: UInt256(17)))
        #expect(RequestKey("\(Self.contract):17") == .job(contract: address, id: UInt256(17)))
    }

    @Test(arguments: ["", "0x", "0xabc", "abcdefg", "x:17", "0x12:17", "\(contract):", "-1", "0xzzzzzzzz"])
    func refusesTheRest(text: String) {
        #expect(RequestKey(text) == nil)
    }
}
