import Ethereum
import RelayTestSupport
import Testing
import Transport

// A node's health is private to the module.
@testable import EthereumRPC

@Suite(.timeLimit(.minutes(1)))
struct NodeStateTests {
    private let nodes = FakeNodes()
    private let time = ManualTime()
    private let client: EthereumClient

    init() {
        client = EthereumClient(
            transport: nodes,
            endpoints: ["a", "b", "c"].map { EthereumEndpoint("http://\($0)/AbCdEfGhIjKlMnOpQrStUvWxYz012345") },
            time: time
        )
    }

    @Test
    func nodesAreFitUntilAnythingIsKnown() {
        #expect(client.states.map(\.fitness) == [.fit, .fit, .fit])
        #expect(client.states.map(\.head) == [nil, nil, nil] && client.states.allSatisfy { $0.reason == nil })
    }

    @Test
    func keysAreNotShown() {
        #expect(client.states.map(\.endpoint) == ["http://a/***", "http://b/***", "http://c/***"])
    }

    @Test
    func tellsEachNodesHeadAndTrouble() async throws {
        client.each[0].note(head: 12)
        client.each[0].setBehind()
        client.each[1].expel("its branch is its own")
        nodes["c"].trouble = .status(503)
        await #expect(throws: RPCError.self) { try await client.each[2].blockNumber() }

        let states = client.states
        #expect(states.map(\.fitness) == [.behind, .expelled, .resting])
        #expect(states.map(\.head) == [12, nil, nil])
        #expect(states.map(\.reason) == [nil, "its branch is its own", nil])
    }

    @Test
    func tellsUntilWhenANodeRestsAndWhatWasWrong() async throws {
        nodes["a"].trouble = .status(429, retryAfter: 120)
        _ = try await client.blockNumber()
        let now = time.now()
        #expect(client.states.map(\.restsUntil) == [now + 120_000, nil, nil])
        #expect(
            client.states[0].lastError
                == NodeState.Trouble(
                    text: "eth_blockNumber at http://a/***: HTTP status 429: <html>http://a/***",
                    at: now
                )
        )
        #expect(client.states[1].lastError == nil)

        // It says so after it has come back, too.
        nodes["a"].trouble = nil
        time.advance(by: .seconds(120))
        _ = try await client.blockNumber()
        #expect(client.states[0].restsUntil == nil && client.states[0].lastError?.at == now)
        client.each[0].noteFault()
        #expect(client.states[0].lastError?.text == "its answers do not hold together")
    }

    @Test
    func keepsAnErrorShortAndOnOneLine() async throws {
        nodes["a"].trouble = .refusal(-32603, "a\nb " + String(repeating: "x", count: 1_000))
        _ = try await client.blockNumber()
        let text = try #require(client.states[0].lastError?.text)
        #expect(text.contains(": a b xxx") && text.utf8.count <= 300)
    }

    @Test
    func aRefusalOfTheQuestionIsNoTroubleOfTheNode() async throws {
        nodes["a"].trouble = .refusal(3, "execution reverted")
        await #expect(throws: RPCError.self) { try await client.blockNumber() }
        #expect(client.states[0].lastError == nil && client.states[0].restsUntil == nil)
    }

    @Test
    func allPasses() async throws {
        client.each[0].setBehind()
        client.each[1].expel("its branch is its own")
        client.each[2].noteFault()
        time.advance(by: .seconds(30))
        #expect(client.states.map(\.fitness) == [.fit, .expelled, .fit])
        time.advance(by: .seconds(570))
        #expect(client.states.map(\.fitness) == [.fit, .fit, .fit])
        #expect(client.states.allSatisfy { $0.reason == nil })
    }

    @Test
    func tellsWhyANodeOfAnotherChainIsExpelled() async throws {
        client.require(NodeIdentity(chainID: 7, genesisHash: UInt256(100).asHash32))
        nodes["a"].chainID = 8
        _ = try await client.blockNumber()
        #expect(client.states.first?.fitness == .expelled)
        #expect(client.states.first?.reason == "it serves chain 8, not 7")
    }

    @Test
    func aNodeThatOftenFailsIsFailing() {
        var health = NodeHealth()
        for _ in 0..<9 { health.failed(at: 0, retryAfter: nil, isChanged: false) }
        #expect(health.fitness(at: 0) == .resting)
        #expect(health.fitness(at: 30_000) == .failing)
        #expect(health.fitness(at: NodeHealth.forgivingTime) == .fit)
    }
}
