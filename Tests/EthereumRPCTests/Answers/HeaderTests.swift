import Ethereum
import EthereumRPC
import JSON
import Testing

@Suite(.timeLimit(.minutes(1)))
struct HeaderTests {
    /// The head of geth's chain, with another value for one member or without it.
    static func block(_ name: String? = nil, _ value: JSONValue? = nil) throws -> JSONValue {
        let step = try #require(Transcript("geth/chain").calls("eth_getBlockByNumber").first)
        let members = step.body["result"]?.object ?? []
        return .object(members.filter { $0.name != name } + (value.map { [JSONMember(name ?? "", $0)] } ?? []))
    }

    static func header(_ block: JSONValue, at reference: BlockReference = .latest) async throws -> BlockHeader? {
        let text = String(decoding: JSONWriter.bytes(of: block), as: UTF8.self)
        return try await EthereumClient.answering(result: text).header(at: reference)
    }

    @Test
    func readsTheBloom() async throws {
        let block = try Self.block()
        let expected = try #require(block["logsBloom"]?.string.flatMap { Hex.decode($0) })
        #expect(try await Self.header(block)?.logsBloom == LogsBloom(expected))
    }

    @Test(arguments: [JSONValue.null, "0x", "0x00", "zz", 7, [], .string("0x" + String(repeating: "0", count: 510))])
    func aBloomThatIsNoneIsLeftOut(bloom: JSONValue) async throws {
        let header = try #require(await Self.header(Self.block("logsBloom", bloom)))
        #expect(header.logsBloom == nil)
        #expect(header.number == 1)
    }

    @Test
    func aBlockWithoutABloomIsABlock() async throws {
        #expect(try await Self.header(Self.block("logsBloom"))?.logsBloom == nil)
    }
}
