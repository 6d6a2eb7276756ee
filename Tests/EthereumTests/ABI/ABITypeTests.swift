import Ethereum
import Testing

@Suite struct ABITypeTests {
    @Test(arguments: [
        "uint8", "uint256", "int24", "address", "bool", "bytes1", "bytes32", "bytes", "string", "uint256[]",
        "bytes32[4][]", "(uint256,string)", "((address,bool[2])[],bytes)[3]",
    ])
    func writesTheCanonicalTextItReads(_ text: String) throws {
        #expect(try ABIType(text).description == text)
    }

    @Test(arguments: [
        ("uint", "uint256"), ("int", "int256"), ("uint[2]", "uint256[2]"), ("(uint,int)", "(uint256,int256)"),
    ])
    func knowsTheShortNames(_ text: String, _ canonical: String) throws {
        #expect(try ABIType(text).description == canonical)
    }

    @Test func readsTuplesFromTheirComponents() throws {
        let members = [
            ABIParameter(name: "requestor", type: .address), ABIParameter(name: "id", type: .uint(bits: 256)),
        ]
        #expect(try ABIType("tuple", components: members) == .tuple(members))
        #expect(try ABIType("tuple[2][]", components: members).description == "(address,uint256)[2][]")
    }

    @Test(arguments: ["fixed", "fixed128x18", "ufixed8x1[]", "function", "(bool,function)"])
    func refusesByNameWhatItDoesNotSpeak(_ text: String) {
        #expect(throws: ABIError.unsupportedType(text)) { try ABIType(text) }
    }

    @Test(arguments: [
        "", "uint7", "uint0", "uint264", "uint08", "int512", "bytes0", "bytes33", "bytes01", "byte", "adress",
        "address20",
        "bool8", "string1", "tuple", "tuple[]", "()", "(", ")", "(bool", "bool)", "(bool,)", "(,bool)", "bool,bool",
        "bool[", "bool]", "bool[0]", "bool[01]", "bool[-1]", "bool[1 ]", " bool", "bool ", "uint 8", "Uint8", "UINT8",
        "bool[99999999999999999999]", "uint256[1000000]", "uint256[4096][4096][4096][4096][4096][4096]", "uıint8",
        "uint99999999999999999999",
    ])
    func refusesWhatIsNoType(_ text: String) {
        #expect(throws: ABIError.malformedType(text)) { try ABIType(text) }
    }

    @Test(arguments: [
        String(repeating: "(", count: 100_000), "bool" + String(repeating: "[]", count: 100_000),
        String(repeating: "(", count: 17) + "bool" + String(repeating: ")", count: 17),
    ])
    func refusesBottomlessNesting(_ text: String) {
        #expect(throws: ABIError.malformedType(text)) { try ABIType(text) }
    }
}
