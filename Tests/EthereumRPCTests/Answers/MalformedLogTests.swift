import Ethereum
import EthereumRPC
import JSON
import RelayTestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct MalformedLogTests {
    /// One way to spoil a log, and what is said of it.
    struct Damage: Sendable, CustomTestStringConvertible {
        let name: String
        let reason: String
        let spoil: @Sendable ([JSONMember]) -> JSONValue

        init(_ name: String, _ reason: String, _ spoil: @escaping @Sendable ([JSONMember]) -> JSONValue) {
            self.name = name
            self.reason = reason
            self.spoil = spoil
        }

        /// Another value for one member.
        init(_ member: String, _ value: JSONValue, _ reason: String) {
            self.init("\(member) \(value)".prefix(60).description, reason) { members in
                .object(members.map { $0.name == member ? JSONMember(member, value) : $0 })
            }
        }

        var testDescription: String { name }
    }

    static let word = JSONValue.string("0x" + String(repeating: "1", count: 64))

    static let damages: [Damage] = [
        Damage("address", "0x12", "bad address"),
        Damage("address", "cf75462c9e7fff4eeb0c50185087a0fb9a056d2b", "bad address"),
        Damage("address", .null, "bad address"),
        Damage("address", ["0x12"], "bad address"),
        Damage("topics", .null, "bad topics"),
        Damage("topics", "0x", "bad topics"),
        Damage("topics", ["0x12"], "bad topics"),
        Damage("topics", [.null], "bad topics"),
        Damage("topics", [word, word, word, word, word], "bad topics"),
        Damage("topics", ["deep": ["er": []]], "bad topics"),
        Damage("data", "0x123", "bad data"),
        Damage("data", "0xzz", "bad data"),
        Damage("data", "12", "bad data"),
        Damage("data", 7, "bad data"),
        Damage("blockNumber", 2, "bad blockNumber"),
        Damage("blockNumber", "0x", "bad blockNumber"),
        Damage("blockNumber", "0x10000000000000000", "bad blockNumber"),
        Damage("blockNumber", "0xffffffffffffffff", "a member is missing"),
        Damage("blockHash", "0x11", "bad blockHash"),
        Damage("transactionHash", .null, "bad transactionHash"),
        Damage("transactionIndex", .null, "bad transactionIndex"),
        Damage("logIndex", "0x-1", "bad logIndex"),
        Damage("removed", "yes", "bad removed"),
        Damage("removed", .null, "bad removed"),
        Damage("no data at all", "a member is missing") { .object($0.filter { $0.name != "data" }) },
        Damage("two addresses", "bad address") { .object($0 + [JSONMember("address", word)]) },
        Damage("an empty object", "a member is missing") { _ in [:] },
        Damage("null", "a log is no object") { _ in .null },
        Damage("a text", "a log is no object") { _ in "log" },
        Damage("an array", "a log is no object") { .array([.object($0)]) },
    ]

    private static func good(_ index: UInt64) -> [JSONMember] {
        [
            JSONMember("address", "0xcf75462c9e7fff4eeb0c50185087a0fb9a056d2b"),
            JSONMember("topics", [word]),
            JSONMember("data", "0x0102"),
            JSONMember("blockNumber", "0x2"),
            JSONMember("transactionHash", word),
            JSONMember("transactionIndex", "0x0"),
            JSONMember("blockHash", word),
            JSONMember("logIndex", .string("0x" + String(index, radix: 16))),
            JSONMember("removed", false),
        ]
    }

    private func batch(_ logs: [JSONValue]) async throws -> LogBatch {
        let text = String(decoding: JSONWriter.bytes(of: .array(logs)), as: UTF8.self)
        return try await EthereumClient.answering(result: text).logs(
            LogFilter(addresses: [], topics: [], from: 0, to: 9)
        )
    }

    @Test(arguments: damages)
    func keepsASpoiledLogAndItsNeighbours(damage: Damage) async throws {
        let spoiled = damage.spoil(Self.good(1))
        let batch = try await batch([.object(Self.good(0)), spoiled, .object(Self.good(2))])

        #expect(batch.logs.map(\.logIndex) == [0, 2])
        #expect(batch.logs.allSatisfy { $0.data == [1, 2] && $0.topics.count == 1 })
        #expect(batch.malformed.map(\.reason) == [damage.reason])
        #expect(batch.malformed.first?.text == JSONWriter.bytes(of: spoiled))
    }

    @Test
    func keepsThePlaceOfASpoiledLogWhereItIsKnown() async throws {
        let spoiled = JSONValue.object(Self.good(7).map { $0.name == "data" ? JSONMember("data", .null) : $0 })
        let malformed = try #require(await batch([spoiled]).malformed.first)
        #expect(malformed.blockNumber == 2)
        #expect(malformed.logIndex == 7)
    }

    @Test
    func readsMembersInAnyOrderAndWithOthersBetween() async throws {
        let members = [JSONMember("blockTimestamp", ["x": [1, .null]])] + Self.good(3).reversed()
        let batch = try await batch([.object(members)])
        #expect(batch.logs.map(\.logIndex) == [3])
        #expect(batch.logs.first?.topics.first?.hex == Self.word.string)
    }

    /// geth before 1.14 gives the zero hash, others `null`.
    @Test(arguments: ["blockNumber", "blockHash", "logIndex"])
    func leavesOutALogThatIsNotMined(member: String) async throws {
        let values: [JSONValue] = member == "blockHash" ? [.null, .string(Hash32.zero.hex)] : [.null]
        for value in values {
            let pending = Self.good(1).map { $0.name == member ? JSONMember(member, value) : $0 }
            let batch = try await batch([.object(Self.good(0)), .object(pending), .object(Self.good(2))])
            #expect(batch.logs.map(\.logIndex) == [0, 2])
            #expect(batch.malformed == [])
        }
    }

    @Test
    func aSpoiledLogIsNotExcusedByBeingPending() async throws {
        let members = Self.good(1).map { member in
            switch member.name {
            case "blockNumber": JSONMember("blockNumber", .null)
            case "topics": JSONMember("topics", "0x")
            default: member
            }
        }
        let batch = try await batch([.object(members)])
        #expect(batch.malformed.map(\.reason) == ["bad topics"])
        #expect(batch.logs.isEmpty)
    }

    @Test
    func aLogWithoutRemovedIsNotRemoved() async throws {
        let batch = try await batch([.object(Self.good(0).filter { $0.name != "removed" })])
        #expect(batch.logs.first?.removed == false)
    }

    @Test
    func brokenJSONThrowsAsAWhole() async {
        let good = String(decoding: JSONWriter.bytes(of: .object(Self.good(0))), as: UTF8.self)
        for result in ["[\(good),", "[\(good)}", "[\(good) \(good)]", "[\(good),]", "{}", "null", #""0x""#] {
            let error = await #expect(throws: RPCError.self) {
                try await EthereumClient.answering(result: result).logs(
                    LogFilter(addresses: [], topics: [], from: 0, to: 9)
                )
            }
            #expect(error?.outcomeUnknown == true)
        }
    }

    /// Any change of a good answer is read as something, and never traps.
    @Test(arguments: 0..<8 as Range<UInt64>)
    func bearsMutatedAnswers(seed: UInt64) async {
        var generator = SeededGenerator(seed: seed)
        let logs = (0..<3).map { JSONValue.object(Self.good($0)) }
        let original = Array(#"{"jsonrpc":"2.0","id":1,"result":"#.utf8) + JSONWriter.bytes(of: .array(logs)) + [0x7d]
        for _ in 0..<500 {
            var bytes = original
            for _ in 0...Int.random(in: 0..<4, using: &generator) { bytes.mutate(using: &generator) }
            let client = EthereumClient.answering(String(decoding: bytes, as: UTF8.self))
            do {
                _ = try await client.logs(LogFilter(addresses: [], topics: [], from: 0, to: 9))
            } catch {
                #expect(error.method == "eth_getLogs", "seed \(seed)")
            }
        }
    }
}

extension [UInt8] {
    /// Changes, drops, doubles or cuts something.
    mutating func mutate(using generator: inout SeededGenerator) {
        guard let index = indices.randomElement(using: &generator) else { return }
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: self[index] = UInt8.random(in: 0...255, using: &generator)
        case 1: remove(at: index)
        case 2: insert(self[index], at: index)
        case 3: removeSubrange(index..<Swift.min(count, index + 8))
        default: self = Array(prefix(index))
        }
    }
}
