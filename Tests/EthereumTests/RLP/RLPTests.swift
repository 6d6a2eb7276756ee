import Ethereum
import JSON
import RelayTestSupport
import Testing

extension RLPItem {
    /// Nested lists of hex, as the vectors write items.
    init(_ json: JSONValue) throws {
        if let items = json.array {
            self = .list(try items.map { try RLPItem($0) })
        } else {
            self = .bytes(try #require(json.string.flatMap { Hex.decode($0) }))
        }
    }
}

@Suite(.timeLimit(.minutes(5))) struct RLPTests {
    @Test func encodesAndDecodesEthereumsVectors() throws {
        for vector in try Vectors.list("rlp", "valid") {
            let item = try RLPItem(#require(vector["item"]))
            let encoding = try vector.bytes("encoding")
            let name = Comment(rawValue: try vector.text("name"))
            #expect(RLP.encode(item) == encoding, name)
            #expect(try RLP.decode(encoding) == item, name)
        }
    }

    @Test func refusesEthereumsInvalidVectors() throws {
        for vector in try Vectors.list("rlp", "invalid") {
            let encoding = try vector.bytes("encoding")
            let name = Comment(rawValue: try vector.text("name"))
            #expect(throws: RLPError.self, name) { try RLP.decode(encoding) }
        }
    }

    @Test func agreesWithPyRLPAlsoOnDamagedBytes() async throws {
        try await CrossCheck.run("rlp", 2000) { expected, label in
            let item = try RLPItem(#require(expected["item"]))
            let encoding = try expected.bytes("encoding")
            #expect(RLP.encode(item) == encoding, label)
            #expect(try RLP.decode(encoding) == item, label)
            let mutant = try expected.bytes("mutant")
            let read = try #require(expected["mutantItem"])
            let item2 = read == .null ? nil : try RLPItem(read)
            #expect((try? RLP.decode(mutant)) == item2, label)
        }
    }

    @Test(
        arguments: [
            ("", .truncated(offset: 0)), ("83646f", .truncated(offset: 0)), ("c382", .truncated(offset: 0)),
            ("c282ff", .truncated(offset: 1)), ("8001", .trailingBytes(offset: 1)),
            ("8100", .prefixedSingleByte(offset: 0)), ("b80100", .lengthNotMinimal(offset: 0)),
            ("b900ff", .lengthNotMinimal(offset: 0)),
            ("b837" + String(repeating: "07", count: 55), .lengthNotMinimal(offset: 0)),
            ("f837" + String(repeating: "07", count: 55), .lengthNotMinimal(offset: 0)),
            ("bfffffffffffffffff", .truncated(offset: 0)),
            ("ffffffffffffffffff", .truncated(offset: 0)), ("bf7fffffffffffffff00", .truncated(offset: 0)),
        ] as [(String, RLPError)]
    )
    func namesWhatIsWrongAndWhere(_ hex: String, _ error: RLPError) throws {
        let bytes = try #require(Hex.decode(hex))
        #expect(throws: error) { try RLP.decode(bytes) }
    }

    @Test func refusesListsNestedTooDeep() throws {
        var item = RLPItem.list([])
        for _ in 1..<RLP.maximumDepth { item = .list([item]) }
        #expect(try RLP.decode(RLP.encode(item)) == item)
        let encoding = RLP.encode(.list([item]))
        #expect(throws: RLPError.self) { try RLP.decode(encoding) }
    }

    @Test func doesNotTrapOnMutants() {
        let item = RLPItem.list([.bytes([1]), .list([.bytes(Array(repeating: 7, count: 60)), .list([])]), .bytes([])])
        let sound = RLP.encode(item)
        var chance = SeededGenerator(seed: UInt64(CrossCheck.seed))
        for _ in 0..<120_000 * CrossCheck.factor {
            let mutant = chance.mutated(sound)
            // Only one encoding of an item is read.
            if let read = try? RLP.decode(mutant) { #expect(RLP.encode(read) == mutant) }
        }
    }
}
