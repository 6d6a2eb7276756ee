import Ethereum
import EthereumRPC
import JSON
import RelayTestSupport
import Testing

/// A reorg as geth 1.17.10 told it (`Fixtures/geth/reorg.json`): blocks 5 and 6 of branch A by 5, 6 and 7 of branch B.
@Suite(.timeLimit(.minutes(1)))
struct ReorgTests {
    private static let filter = LogFilter(addresses: [], topics: [], from: 5, to: 6)
    private let recorded: Transcript

    init() throws {
        recorded = try Transcript("geth/reorg")
    }

    private func step(_ method: String, _ note: String) throws -> Transcript.Step {
        try #require(recorded.calls(method).first { $0.note == note })
    }

    private func logs(_ note: String) async throws -> [Log] {
        let batch = try await EthereumClient.replaying(step("eth_getLogs", note)).logs(Self.filter)
        #expect(batch.malformed == [])
        return batch.logs
    }

    private func header(_ method: String, _ note: String, _ block: BlockReference) async throws -> BlockHeader {
        try #require(await EthereumClient.replaying(step(method, note)).header(at: block))
    }

    @Test
    func theSameHeightsHoldOtherLogsThenBefore() async throws {
        let before = try await logs("branch A")
        let after = try await logs("branch B")
        #expect(before.map(\.blockNumber) == [5, 6])
        #expect(after.map(\.blockNumber) == [5, 6])
        #expect(Set(before.map(\.blockHash)).isDisjoint(with: after.map(\.blockHash)))
        #expect((before + after).allSatisfy { !$0.removed })
        // The transaction that is on both branches says the same in another block.
        #expect(before[1].transactionHash == after[1].transactionHash)
        #expect(before[1].contentHash == after[1].contentHash)
        // Those that are on one each have the same job id, and are two requests.
        #expect(before[0].topics[1] == after[0].topics[1])
        #expect(before[0].contentHash != after[0].contentHash)
    }

    @Test
    func anOrphanedBlockIsStillAnsweredByItsHash() async throws {
        let before = try await logs("branch A")
        #expect(try await logs("by the hash of an orphaned block") == [before[0]])
        let orphan = try await header("eth_getBlockByHash", "orphaned block by hash", .hash(before[0].blockHash))
        let successor = try await header("eth_getBlockByNumber", "the same height", .number(5))
        #expect(orphan.number == 5)
        #expect(orphan.hash != successor.hash)
        #expect(orphan.parentHash == successor.parentHash)
    }

    @Test
    func receiptsFollowTheBranch() async throws {
        let lost = try step("eth_getTransactionReceipt", "branch A")
        let hash = try #require(lost.parameters.first?.string.flatMap { Hash32(hex: $0) })
        #expect(try await EthereumClient.replaying(lost).receipt(of: hash)?.blockNumber == 5)
        let gone = try step("eth_getTransactionReceipt", "its block is gone")
        #expect(try await EthereumClient.replaying(gone).receipt(of: hash) == nil)
        let back = try step("eth_getTransactionByHash", "back in the pool?")
        #expect(try await EthereumClient.replaying(back).presence(of: hash) == .pending)

        let again = try step("eth_getTransactionReceipt", "mined again in another block")
        let other = try #require(again.parameters.first?.string.flatMap { Hash32(hex: $0) })
        let receipt = try await EthereumClient.replaying(again).receipt(of: other)
        #expect(receipt?.blockHash == (try await logs("branch B"))[1].blockHash)
    }

    @Test
    func aBlockThatMustBeCanonicalIsRefused() async throws {
        let step = try step("eth_call", "EIP-1898, block not canonical")
        let error = await #expect(throws: RPCError.self) {
            try await EthereumClient.replaying(step).call(CallRequest(to: .zero), at: .hash(.zero))
        }
        #expect(error?.kind == .server(code: -32000, message: "hash is not currently canonical", data: nil))
    }
}
