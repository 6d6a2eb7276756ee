import Ethereum
import Testing

@Suite struct Int256Tests {
    private static let lowest = "-57896044618658097711785492504343953926634992332820282019728792003956564819968"

    @Test(arguments: [0, 1, -1, Int64.max, Int64.min])
    func holdsMachineIntegers(_ value: Int64) {
        #expect(Int256(value).description == String(value))
        #expect(Int256(decimal: String(value)) == Int256(value))
    }

    @Test func holdsItsWholeRange() {
        #expect(Int256(decimal: Self.lowest)?.description == Self.lowest)
        #expect(Int256(decimal: Self.lowest)?.significantBits == 256)
        #expect(Int256(bits: .max) == Int256(-1))
    }

    @Test(arguments: [
        "", "-", "--1", "+1", "57896044618658097711785492504343953926634992332820282019728792003956564819968",
        "-57896044618658097711785492504343953926634992332820282019728792003956564819969",
    ])
    func refusesWhatDoesNotFit(_ text: String) {
        #expect(Int256(decimal: text) == nil)
    }

    @Test(arguments: [(0, 1), (1, 2), (-1, 1), (127, 8), (128, 9), (-128, 8), (-129, 9)] as [(Int64, Int)])
    func countsTheBitsOfItsTwosComplement(_ value: Int64, _ bits: Int) {
        #expect(Int256(value).significantBits == bits)
    }

    @Test func ordersNegativeBelowPositive() {
        #expect(Int256(-2) < Int256(-1) && Int256(-1) < Int256(0) && Int256(0) < Int256(1))
    }
}
