import Ethereum
import JSON
import Testing

@Suite struct LogTests {
    private static func log(_ json: JSONValue) throws -> Log {
        Log(
            address: try json.address("address"),
            topics: try json.list("topics").map { try #require($0.string.flatMap { Hash32(hex: $0) }) },
            data: try json.bytes("data"),
            blockNumber: 7,
            blockHash: .zero,
            transactionHash: .zero,
            transactionIndex: 0,
            logIndex: 3
        )
    }

    @Test func hashesAddressTopicsAndData() throws {
        let vectors = try Vectors.list("request-logs", "logs")
        #expect(!vectors.isEmpty)
        for vector in vectors {
            #expect(try Self.log(vector).contentHash == vector.hash("contentHash"))
        }
    }

    @Test func isTheSameContentInAnotherPlace() throws {
        var log = try Self.log(#require(Vectors.list("request-logs", "logs").first))
        let hash = log.contentHash
        log.blockNumber = 8
        log.blockHash = keccak256([8])
        log.logIndex = 0
        log.removed = true
        #expect(log.contentHash == hash)
        log.data.append(0)
        #expect(log.contentHash != hash)
    }
}
