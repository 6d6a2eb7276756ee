import Ethereum
import EthereumRPC
import Relay
import RelayCore
import RelayTestSupport
import Testing

/// Asking a contract, and reading its answer from the chain.
@Suite(.timeLimit(.minutes(1)))
struct RequesterTests {
    private let time = ManualTime()
    private let chain: FakeChain
    private let requester: Requester

    init() {
        chain = FakeChain(time: time)
        requester = Requester(
            client: EthereumClient(transport: chain, endpoint: EthereumEndpoint("http://chain.test"), time: time),
            contract: chain.bridge,
            binding: .reference,
            signer: chain.requester,
            time: time
        )
        chain.setBalance(chain.requester.address, UInt256(1_000_000_000_000_000_000))
        chain.setMining(.onSubmit)
    }

    private func ask() async throws -> Requester.Sent {
        let offer = try await requester.prepare(spec: Array("{}".utf8), resultType: 1)
        return try #require(try await requester.send(offer, within: .seconds(60)) { _ in })
    }

    /// Nodes bound the blocks of one question, and an answer may come much later than its request.
    @Test(arguments: [nil, 100, 1] as [UInt64?])
    func findsAnAnswerManyBlocksLater(limit: UInt64?) async throws {
        let sent = try await ask()
        chain.mine(4_500)
        chain.settleByOthers(sent.jobID)
        chain.mine(10)
        chain.limitLogRange(blocks: limit)

        let answer = try await requester.wait(for: sent, within: .seconds(60)) { _ in }

        guard case .result? = answer else {
            Issue.record("\(String(describing: answer))")
            return
        }
    }

    /// A request on the wrong chain is paid and never answered.
    @Test func refusesAnotherChain() async throws {
        await #expect(throws: Requester.Problem.anotherChain(expected: 1, found: chain.chainID)) {
            try await requester.prepare(spec: Array("{}".utf8), resultType: 1, expectedChain: 1)
        }
    }

    @Test func refusesWhatIsNoContract() async throws {
        let nobody = Address(Array(repeating: 9, count: 20)) ?? .zero
        let requester = Requester(
            client: EthereumClient(transport: chain, endpoint: EthereumEndpoint("http://chain.test"), time: time),
            contract: nobody,
            binding: .reference,
            signer: chain.requester,
            time: time
        )
        await #expect(throws: Requester.Problem.noContract(nobody)) {
            try await requester.prepare(spec: Array("{}".utf8), resultType: 1)
        }
    }

    @Test func refusesTheKeyOfARelayer() async throws {
        chain.setRelayer(chain.requester.address, true)
        await #expect(throws: Requester.Problem.isRelayer(chain.requester.address)) {
            try await requester.prepare(spec: Array("{}".utf8), resultType: 1)
        }
    }
}
