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

    // MARK: Heights without a block

    /// A refusal as the node sends it.
    static func refusal(_ code: Int, _ message: String) -> EthereumClient {
        .answering(#"{"id":1,"error":{"code":\#(code),"message":"\#(message)"}}"#)
    }

    /// Lotus' texts: `api/api_errors.go` of 1.36.2, and what gateways and older ones say.
    @Test(arguments: [
        (12, "requested epoch was a null round (4113)"), (12, "anything"), (1, "requested epoch was a null round"),
        (-32603, "requested epoch was a null round"), (1, "requested a future epoch (beyond 'latest')"),
    ])
    func aNullRoundIsNoBlock(code: Int, message: String) async throws {
        #expect(try await Self.refusal(code, message).header(at: .number(4113)) == nil)
        await #expect(throws: RPCError.self) { try await Self.refusal(code, message).header(at: .hash(.zero)) }
    }

    /// Forest and gateways give the tipset before a null round.
    @Test
    func anEarlierBlockIsNotTheOneAskedFor() async throws {
        #expect(try await Self.header(Self.block(), at: .number(2)) == nil)
        #expect(try await Self.header(Self.block(), at: .number(1))?.number == 1)
    }

    @Test
    func aLaterBlockOrAnotherHashIsAFault() async throws {
        let block = try Self.block()
        for reference in [BlockReference.number(0), .hash(.zero)] {
            let error = await #expect(throws: RPCError.self) { try await Self.header(block, at: reference) }
            guard case .malformed = error?.kind else {
                Issue.record("\(reference): \(String(describing: error))")
                continue
            }
        }
    }

    @Test(arguments: [
        (-32000, "header not found"), (-32005, "limit exceeded"), (-32603, "internal error"), (429, "null round quota"),
    ])
    func otherRefusalsOfAHeightAreErrors(code: Int, message: String) async {
        await #expect(throws: RPCError.self) { try await Self.refusal(code, message).header(at: .number(4113)) }
    }

    // MARK: Tags that a node does not serve

    @Test(arguments: [
        (-32000, "safe block not found"), (-32000, "finalized block not found"), (-39001, "Unknown block"),
        (-32602, "FromBlock is not a hex"), (-32602, "invalid argument 0: hex string without 0x prefix"),
        (-32602, "Invalid params"), (-32000, "invalid block number"), (-32000, "tag not supported"),
        (-32000, "unsupported block tag: finalized"), (1, "cannot parse block number"),
        (-32603, "'finalized' tag not supported on pre-merge network"), (-32001, "Unknown block"),
    ])
    func aTagThatIsNotServedIsNone(code: Int, message: String) async throws {
        for tag in [BlockReference.safe, .finalized] {
            #expect(try await Self.refusal(code, message).header(at: tag) == nil)
            #expect(try await EthereumClient.answering(result: "null").header(at: tag) == nil)
        }
        await #expect(throws: RPCError.self) { try await Self.refusal(code, message).header(at: .latest) }
    }

    @Test(arguments: [
        (-32005, "limit exceeded"), (-32602, "daily request limit exceeded"), (-32603, "internal error"),
        (-32000, "request timed out"), (-32601, "the method eth_getBlockByNumber does not exist/is not available"),
    ])
    func aNodeInTroubleIsNoMissingTag(code: Int, message: String) async {
        for tag in [BlockReference.safe, .finalized] {
            await #expect(throws: RPCError.self) { try await Self.refusal(code, message).header(at: tag) }
        }
    }
}
