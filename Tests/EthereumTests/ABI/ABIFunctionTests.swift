import Ethereum
import JSON
import Testing

@Suite(.timeLimit(.minutes(5))) struct ABIFunctionTests {
    @Test func encodesTheExamplesOfSoliditysDocumentation() throws {
        for vector in try Vectors.list("abi", "calls") {
            let function = try ABIFunction(vector.text("signature"))
            let values = try ABIValue.list(vector.list("values"), function.inputs.map(\.type))
            let calldata = try vector.bytes("calldata")
            #expect(try function.encodeCall(values) == calldata)
            #expect(try function.decodeCall(calldata) == values)
        }
    }

    @Test func computesPublishedSelectors() throws {
        for vector in try Vectors.list("signatures", "selectors") {
            let function = try ABIFunction(vector.text("signature"))
            #expect(function.signature == (try vector.text("signature")))
            #expect(function.selector == (try vector.bytes("hash")))
        }
    }

    @Test func agreesWithEthABI() async throws {
        try await CrossCheck.run("abi", 1500) { expected, label in
            let types = try expected.list("types").map { try ABIType(#require($0.string)) }
            let values = try ABIValue.list(expected.list("values"), types)
            let encoding = try expected.bytes("encoding")
            let function = ABIFunction(types: types)
            let encoded = try Array(function.encodeCall(values).dropFirst(4))
            let decoded = try function.decodeOutput(encoding)
            #expect(encoded == encoding, label)
            #expect(decoded == values, label)
            for mutant in try expected.list("mutants") { try check(mutant, types, label) }
        }
    }

    /// What eth-abi's strict mode refuses is refused; what both take has the same value.
    ///
    /// We alone refuse tails that overlap or stand out of order.
    private func check(_ mutant: JSONValue, _ types: [ABIType], _ label: Comment) throws {
        let data = try mutant.bytes("data")
        let theirs = try mutant["values"]?.array.map { try ABIValue.list($0, types) }
        do throws(ABIError) {
            let ours = try ABIFunction(types: types).decodeOutput(data)
            #expect(ours == theirs, "\(label): \(Hex.encode(data))")
        } catch {
            guard theirs != nil else { return }
            guard case .decoding(_, .overlap) = error else {
                Issue.record("\(label): eth-abi takes \(Hex.encode(data)) for \(types), we say: \(error)")
                return
            }
        }
    }

    @Test func refusesAnotherFunctionsCall() throws {
        let function = try ABIFunction("transfer(address,uint256)")
        let call = try ABIFunction("approve(address,uint256)").encodeCall([.address(.zero), .uint(1)])
        for data in [call, [], [0xa9, 0x05, 0x9c]] {
            #expect(throws: ABIError.wrongSelector) { try function.decodeCall(data) }
        }
    }

    @Test func letsBytesBehindTheResultPass() throws {
        let function = try ABIFunction("f(uint256)")
        #expect(try function.decodeOutput(UInt256(7).bigEndianBytes + [1, 2, 3]) == [.uint(7)])
    }

    @Test func encodesConstructorArgumentsWithoutASelector() throws {
        let constructor = ABIConstructor(inputs: [ABIParameter(name: "fee", type: .uint(bits: 256))])
        #expect(try constructor.encode([.uint(7)]) == UInt256(7).bigEndianBytes)
    }

    @Test func writesOutputsAsItReadsThem() throws {
        let function = try ABIFunction("job(address,string)")
        let values: [ABIValue] = [.address(.zero), .text("running")]
        #expect(try function.decodeOutput(function.encodeOutput(values)) == values)
    }

    @Test(
        arguments: [
            ("f(uint8)", [.uint(256)], .encoding(path: "#0", .outOfRange(type: "uint8"))),
            ("f(int8)", [.int(Int256(128))], .encoding(path: "#0", .outOfRange(type: "int8"))),
            ("f(int8)", [.uint(1)], .encoding(path: "#0", .mismatch(type: "int8"))),
            ("f(bytes4)", [.fixedBytes([1, 2, 3])], .encoding(path: "#0", .mismatch(type: "bytes4"))),
            ("f(string)", [.bytes([])], .encoding(path: "#0", .mismatch(type: "string"))),
            ("f(bool[2])", [.array([.bool(true)])], .encoding(path: "#0", .mismatch(type: "bool[2]"))),
            (
                "f((bool,uint8)[])", [.array([.tuple([.bool(true), .uint(999)])])],
                .encoding(path: "#0[0].#1", .outOfRange(type: "uint8"))
            ),
            ("f(string[2])", [.array([.text("a"), .bool(true)])], .encoding(path: "#0[1]", .mismatch(type: "string"))),
            ("f(bool)", [], .valueCount(expected: 1, actual: 0)),
            ("f(bool)", [.bool(true), .bool(true)], .valueCount(expected: 1, actual: 2)),
        ] as [(String, [ABIValue], ABIError)]
    )
    func refusesValuesThatAreNotOfTheirType(_ signature: String, _ values: [ABIValue], _ error: ABIError) throws {
        let function = try ABIFunction(signature)
        #expect(throws: error) { try function.encodeCall(values) }
    }
}
