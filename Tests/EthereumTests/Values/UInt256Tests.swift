import Ethereum
import JSON
import Testing

@Suite(.timeLimit(.minutes(5))) struct UInt256Tests {
    @Test func agreesWithPythonsIntegers() async throws {
        try await CrossCheck.run("integer", 1500) { expected, label in
            let a = try expected.number("a")
            let b = try expected.number("b")
            try checkText(a, expected, label)
            try checkSums(a, b, expected, label)
            try checkProducts(a, b, expected, label)
            #expect((a < b) == (try expected.flag("borrows")), label)
        }
    }

    private func checkText(_ a: UInt256, _ expected: JSONValue, _ label: Comment) throws {
        #expect(a.description == (try expected.text("a")), label)
        #expect(a.hexQuantity == (try expected.text("aHex")), label)
        #expect(UInt256(hexQuantity: a.hexQuantity) == a, label)
        #expect(a.bigEndianBytes == (try expected.bytes("aBytes")), label)
        #expect(a.minimalBytes == (try expected.bytes("aMinimal")), label)
        #expect(UInt256(bigEndian: a.minimalBytes) == a, label)
        #expect(a.asHash32.asUInt256 == a, label)
        #expect(Int64(a.significantBits) == (try expected.integer("bits")), label)
        #expect(Int256(bits: a).description == (try expected.text("signed")), label)
        #expect(Int256(decimal: try expected.text("signed"))?.bits == a, label)
    }

    private func checkSums(_ a: UInt256, _ b: UInt256, _ expected: JSONValue, _ label: Comment) throws {
        let sum = a.addingReportingOverflow(b)
        #expect(sum.partialValue == (try expected.number("sum")), label)
        #expect(sum.overflow == (try expected.flag("carries")), label)
        #expect(a.addingSaturating(b) == (sum.overflow ? .max : sum.partialValue), label)
        let difference = a.subtractingReportingOverflow(b)
        #expect(difference.partialValue == (try expected.number("difference")), label)
        #expect(difference.overflow == (try expected.flag("borrows")), label)
        #expect(a.subtractingSaturating(b) == (difference.overflow ? .zero : difference.partialValue), label)
    }

    private func checkProducts(_ a: UInt256, _ b: UInt256, _ expected: JSONValue, _ label: Comment) throws {
        let product = a.multipliedFullWidth(by: b)
        #expect(product.low == (try expected.number("productLow")), label)
        #expect(product.high == (try expected.number("productHigh")), label)
        #expect(a.multipliedReportingOverflow(by: b) == (product.low, !product.high.isZero), label)
        #expect(a.multipliedSaturating(by: b) == (product.high.isZero ? product.low : .max), label)
        guard !b.isZero else { return }
        let division = a.quotientAndRemainder(dividingBy: b)
        #expect(division.quotient == (try expected.number("quotient")), label)
        #expect(division.remainder == (try expected.number("remainder")), label)
    }

    @Test(arguments: [
        "", "-1", "+1", " 1", "1 ", "0x1", "1e3", "1.0", "१",
        "115792089237316195423570985008687907853269984665640564039457584007913129639936",
        "999999999999999999999999999999999999999999999999999999999999999999999999999999",
        String(repeating: "0", count: 79),
    ])
    func refusesDecimalTextThatIsNoNumberOf256Bits(_ text: String) {
        #expect(UInt256(decimal: text) == nil)
    }

    @Test func readsTheLargestNumber() {
        let text = "115792089237316195423570985008687907853269984665640564039457584007913129639935"
        #expect(UInt256(decimal: text) == .max)
        #expect(UInt256(hexQuantity: "0x" + String(repeating: "f", count: 64)) == .max)
        #expect(UInt256(decimal: "0001") == 1)
    }

    @Test(arguments: ["", "0x", "1", "0x01", "0x00", "0xg", "x1", "0x1 ", "0x1" + String(repeating: "0", count: 64)])
    func refusesTextThatIsNoQuantity(_ text: String) {
        #expect(UInt256(hexQuantity: text) == nil)
    }

    @Test(arguments: [("0x0", 0), ("0x1b4", 436), ("0xFF", 255)] as [(String, UInt64)])
    func readsQuantities(_ text: String, _ value: UInt64) {
        #expect(UInt256(hexQuantity: text) == UInt256(value))
    }

    @Test func refusesMoreThan32Bytes() {
        #expect(UInt256(bigEndian: [UInt8](repeating: 0, count: 33)) == nil)
        #expect(UInt256(bigEndian: []) == .zero)
    }

    @Test func fits64BitsOrSaysNo() {
        #expect(UInt256(UInt64.max).asUInt64 == .max)
        #expect((0x1_0000_0000_0000_0000 as UInt256).asUInt64 == nil)
        #expect(UInt256.max.asUInt64 == nil)
    }
}
