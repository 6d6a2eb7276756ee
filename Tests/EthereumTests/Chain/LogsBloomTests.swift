import Ethereum
import JSON
import Testing

@Suite struct LogsBloomTests {
    private struct Block {
        let bloom: LogsBloom
        let logs: [Log]

        init(_ json: JSONValue) throws {
            bloom = try #require(LogsBloom(json.bytes("logsBloom")))
            logs = try json.list("logs").map { log in
                Log(
                    address: try log.address("address"),
                    topics: try log.list("topics").map { try #require($0.string.flatMap { Hash32(hex: $0) }) },
                    data: [],
                    blockNumber: 0,
                    blockHash: .zero,
                    transactionHash: .zero,
                    transactionIndex: 0,
                    logIndex: 0
                )
            }
        }
    }

    private static func blocks() throws -> [Block] {
        try Vectors.list("blooms", "blocks").map { try Block($0) }
    }

    @Test func mayContainWhatTheBlocksLogsHold() throws {
        let blocks = try Self.blocks()
        #expect(blocks.contains { !$0.logs.isEmpty } && blocks.contains { $0.logs.isEmpty })
        for block in blocks {
            for log in block.logs {
                #expect(block.bloom.mayContain(log.address))
                #expect(log.topics.allSatisfy { block.bloom.mayContain($0) })
            }
        }
    }

    @Test func isWhatNodesMakeOfTheSameLogs() throws {
        for block in try Self.blocks() {
            var bloom = LogsBloom.empty
            for log in block.logs { bloom.insert(log) }
            #expect(bloom == block.bloom)
            #expect(bloom.isEmpty == block.logs.isEmpty)
        }
    }

    @Test func tellsStrangersApartAsTheReferenceDoes() throws {
        let bloom = try #require(Self.blocks().last?.bloom)
        let strangers = try Vectors.list("blooms", "strangers")
        #expect(strangers.count > 100)
        for stranger in strangers {
            #expect(try bloom.mayContain(stranger.address("address")) == stranger.flag("mayContain"))
        }
    }

    @Test func aFullOneMayContainAnythingAndAnEmptyOneNothing() {
        #expect(LogsBloom.full.isFull && !LogsBloom.full.isEmpty)
        #expect(LogsBloom.empty.isEmpty && !LogsBloom.empty.isFull)
        #expect(LogsBloom.full.mayContain(Address.zero) && LogsBloom.full.mayContain(Hash32.zero))
        #expect(!LogsBloom.empty.mayContain(Address.zero) && !LogsBloom.empty.mayContain(Hash32.zero))
        var almost = LogsBloom.full.bytes
        almost[255] = 0xfe
        #expect(LogsBloom(almost)?.isFull == false)
    }

    @Test(arguments: [0, 1, 255, 257, 512])
    func refusesAnotherLength(count: Int) {
        #expect(LogsBloom(Array(repeating: 0, count: count)) == nil)
    }
}
