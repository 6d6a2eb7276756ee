import Ethereum
import RelayTestSupport
import Testing

/// Data that an attacker writes.
@Suite(.timeLimit(.minutes(5))) struct ABIDecoderTests {
    private static let huge: UInt256 = 0x8000_0000_0000_0000_0000_0000_0000_0000_0000_0000_0000_0000_0000_0000_0000_0000

    private static func words(_ words: UInt256...) -> [UInt8] { words.flatMap(\.bigEndianBytes) }

    /// A parameter for each type, named a, b, c and so on.
    private static func function(_ types: String...) throws -> ABIFunction {
        let names = ["a", "b", "c", "d"]
        let parameters = try zip(names, types).map { ABIParameter(name: $0, type: try ABIType($1)) }
        return ABIFunction(name: "f", inputs: [], outputs: parameters)
    }

    @Test(
        arguments: [
            ("string", words(0x20, huge), .lengthBeyondData), ("bytes", words(0x20, .max), .lengthBeyondData),
            ("bytes", words(0x20, 1), .lengthBeyondData), ("string", words(huge, 0), .offsetBeyondData),
            ("string", words(0x41, 0), .offsetBeyondData), ("string", words(0x40, 0), .truncated),
            ("string", words(0x21, 0), .truncated), ("string", words(0, 0), .overlap),
            ("bytes", words(0x1f, 0), .overlap),
            ("string", words(0x20), .truncated), ("string", [], .truncated), ("bool", [0, 1], .truncated),
            ("uint256[]", words(0x20, 0x1_0000_0000_0000_0000), .lengthBeyondData),
            ("uint256[]", words(0x20, 0xffff_ffff_ffff_ffff), .lengthBeyondData),
            ("uint256[]", words(0x20, 0x0fff_ffff_ffff_ffff), .lengthBeyondData),
            ("uint256[]", words(0x20, 2, 7), .lengthBeyondData), ("string[]", words(0x20, huge), .lengthBeyondData),
            ("(uint8,string)", words(0x20, 7), .truncated), ("string[3]", words(0x20, 0x60, 0x60), .lengthBeyondData),
            ("address", words(0x1_0000_0000_0000_0000_0000_0000_0000_0000_0000_0000), .dirtyPadding),
            ("address", words(huge), .dirtyPadding), ("bool", words(2), .outOfRange(type: "bool")),
            ("bool", words(huge), .outOfRange(type: "bool")),
            ("uint8", words(256), .outOfRange(type: "uint8")), ("int8", words(128), .outOfRange(type: "int8")),
            ("int8", words(255), .outOfRange(type: "int8")), ("bytes31", words(1), .dirtyPadding),
            ("bytes", words(0x20, 1, 1), .dirtyPadding),
        ] as [(String, [UInt8], ABIFault)]
    )
    func namesTheDamage(_ type: String, _ data: [UInt8], _ fault: ABIFault) throws {
        let function = try Self.function(type)
        let path = fault == .truncated && data.count < function.outputs.count * 32 ? "" : "a"
        #expect(throws: ABIError.decoding(path: path, fault)) { try function.decodeOutput(data) }
    }

    @Test func namesThePathToTheDamage() throws {
        let member = ABIParameter(name: "inputs", type: try ABIType("uint8[]"))
        let job = ABIParameter(name: "job", type: .tuple([ABIParameter(name: "", type: .bool), member]))
        let function = ABIFunction(name: "f", inputs: [], outputs: [job])
        let data = Self.words(0x20, 1, 0x40, 3, 1, 2, 999)
        #expect(throws: ABIError.decoding(path: "job.inputs[2]", .outOfRange(type: "uint8"))) {
            try function.decodeOutput(data)
        }
    }

    @Test func refusesTailsThatOverlap() throws {
        let function = try Self.function("string", "string")
        let shared = Self.words(0x40, 0x40, 0)
        #expect(throws: ABIError.decoding(path: "b", .overlap)) { try function.decodeOutput(shared) }
        let sound = Self.words(0x40, 0x60, 0, 0)
        #expect(try function.decodeOutput(sound) == [.string([]), .string([])])
    }

    @Test func letsGapsBetweenTailsPass() throws {
        let data = Self.words(0x60, 0xdead, 0xbeef, 0)
        #expect(try Self.function("bytes").decodeOutput(data) == [.bytes([])])
    }

    /// Each level points back to one array of many entries: as text this would be 100^5 elements.
    @Test func refusesAnArrayThatContainsItself() throws {
        let function = try Self.function("uint256[][][][][]")
        var data = Self.words(0x20)
        data += UInt256(100).bigEndianBytes
        for _ in 0..<100 { data += UInt256.zero.bigEndianBytes }
        #expect(throws: ABIError.decoding(path: "a[0]", .overlap)) { try function.decodeOutput(data) }
    }

    @Test func refusesTypesWithoutSizeThatTheParserWouldNotMake() {
        let bombs: [ABIType] = [
            .array(of: .tuple([])), .array(of: .fixedArray(of: .bool, count: 0)),
            .fixedArray(of: .fixedArray(of: .bool, count: .max), count: .max),
            .array(of: .fixedArray(of: .bool, count: .max)), .fixedArray(of: .string, count: .max),
            .fixedArray(of: .tuple([]), count: .max), .fixedArray(of: .bool, count: -1),
            .fixedArray(of: .string, count: .min),
        ]
        for bomb in bombs {
            let function = ABIFunction(types: [bomb])
            let parts = function.outputs
            let data = Self.words(0x20, 0x7fff_ffff_ffff_ffff, 0, 0)
            _ = try? function.decodeOutput(data)
            let event = ABIEvent(name: "E", inputs: parts, anonymous: true)
            _ = event.decodeParts(topics: [], data: data)
            _ = try? event.decodeField(at: [0, 0], topics: [], data: data)
            #expect((try? function.encodeCall([.array([])])) == nil || bomb.description.contains("[]"))
        }
    }

    @Test func keepsStringsThatAreNoUTF8() throws {
        let data = Self.words(0x20, 2) + [0xff, 0xfe] + [UInt8](repeating: 0, count: 30)
        #expect(try Self.function("string").decodeOutput(data) == [.string([0xff, 0xfe])])
    }

    @Test func keepsIdsOf256Bits() throws {
        #expect(try Self.function("uint256").decodeOutput(Self.words(.max)) == [.uint(.max)])
    }

    @Test func readsAMillionElementsInTheirOwnSpace() throws {
        let count = 20_000
        let data = Self.words(0x20, UInt256(UInt64(count))) + [UInt8](repeating: 0, count: 32 * count)
        guard case .array(let values) = try Self.function("uint256[]").decodeOutput(data)[0] else {
            Issue.record("no array")
            return
        }
        #expect(values.count == count)
    }

    private static let fuzzed = [
        ["uint256", "address", "string", "uint8"], ["(address,uint256,string,uint8)"], ["string[]", "bytes[2][]"],
        ["(bool,(bytes,int16[])[])", "bytes32[3]"],
    ]

    /// Sound data for each of the fuzzed lists of types.
    private static func sound(_ types: [ABIType]) throws -> [UInt8] {
        let text = ABIValue.string(Array("a spec of more than thirty-two bytes".utf8))
        let values: [[ABIValue]] = [
            [.uint(7), .address(.zero), text, .uint(3)], [.tuple([.address(.zero), .uint(7), text, .uint(3)])],
            [.array([text, .text("")]), .array([.array([.bytes([1]), .bytes([])])])],
            [
                .tuple([.bool(true), .array([.tuple([.bytes([1, 2]), .array([.int(Int256(-1))])])])]),
                .array(Array(repeating: .fixedBytes([UInt8](repeating: 5, count: 32)), count: 3)),
            ],
        ]
        let list = try #require(zip(fuzzed, values).first { try $0.0.map { try ABIType($0) } == types })
        return try Array(ABIFunction(types: types).encodeCall(list.1).dropFirst(4))
    }

    @Test(arguments: fuzzed)
    func doesNotTrapOnMutants(_ texts: [String]) throws {
        let types = try texts.map { try ABIType($0) }
        let function = ABIFunction(types: types)
        let event = ABIEvent(name: "E", inputs: function.inputs, anonymous: true)
        let sound = try Self.sound(types)
        var chance = SeededGenerator(seed: UInt64(CrossCheck.seed))
        var accepted = 0
        for _ in 0..<20_000 * CrossCheck.factor {
            let mutant = Self.mutant(of: sound, &chance)
            let parts = event.decodeParts(topics: [], data: mutant)
            guard let values = try? function.decodeOutput(mutant) else {
                #expect(parts.contains { $0.isFailure }, "LILYPAD_TEST_SEED=\(CrossCheck.seed): \(mutant)")
                continue
            }
            accepted += 1
            #expect(parts.map { try? $0.get() } == values, "LILYPAD_TEST_SEED=\(CrossCheck.seed): \(mutant)")
        }
        #expect(accepted > 0)
    }

    /// Bytes are damaged at random, and whole words by the numbers that an attacker would write.
    private static func mutant(of sound: [UInt8], _ chance: inout SeededGenerator) -> [UInt8] {
        guard chance.oneIn(2) else { return chance.mutated(sound) }
        var mutant = sound
        let start = chance.below(sound.count / 32) * 32
        let word: UInt256 = chance.choose(0, 1, 0x20, 0x1f, huge, .max, 0x7fff_ffff_ffff_ffff, 0xffff_ffff_ffff_ffe0)
        mutant.replaceSubrange(start..<start + 32, with: word.bigEndianBytes)
        return mutant
    }
}

extension Result {
    fileprivate var isFailure: Bool {
        switch self {
        case .success: false
        case .failure: true
        }
    }
}
