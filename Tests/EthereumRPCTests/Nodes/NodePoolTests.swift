import Ethereum
import EthereumRPC
import RelayTestSupport
import Testing
import Transport

@Suite(.timeLimit(.minutes(1)))
struct NodePoolTests {
    private static let key = "AbCdEfGhIjKlMnOpQrStUvWxYz012345"
    private static let identity = NodeIdentity(
        chainID: 7,
        genesisHash: UInt256(100).asHash32,
        anchor: BlockAnchor(number: 10, hash: UInt256(110).asHash32)
    )

    private let nodes = FakeNodes()
    private let time = ManualTime()
    private let client: EthereumClient

    init() {
        client = EthereumClient(
            transport: nodes,
            endpoints: ["a", "b", "c"].map { EthereumEndpoint("http://\($0)/\(Self.key)") },
            time: time
        )
    }

    /// Who answers now.
    private func asked() async throws -> [String] {
        _ = nodes.takeCalls()
        _ = try await client.blockNumber()
        return nodes.takeCalls().map { String($0.prefix(1)) }
    }

    // MARK: Who is asked

    @Test
    func asksTheFirstAsLongAsItAnswers() async throws {
        for _ in 0..<3 { #expect(try await asked() == ["a"]) }
    }

    @Test(arguments: [
        FakeNodes.Trouble.failure(.timedOut), .failure(.connectFailed("x")), .status(503), .status(429), .status(401),
        .refusal(-32603, "internal error"), .refusal(429, "compute units"),
        .refusal(-32012, "credits limited to 1/sec"),
        .refusal(-32000, "invalid api key"), .refusal(-32002, "project ID is required"),
    ])
    func goesOnToTheNextWhereOneFails(trouble: FakeNodes.Trouble) async throws {
        nodes["a"].trouble = trouble
        #expect(try await asked() == ["a", "b"])
        // For a while it is left alone, then preferred again.
        #expect(try await asked() == ["b"])
        nodes["a"].trouble = nil
        time.advance(by: .milliseconds(500))
        #expect(try await asked() == ["a"])
    }

    @Test(arguments: [
        FakeNodes.Trouble.refusal(3, "execution reverted: unauthorized"), .refusal(-32602, "invalid argument"),
        .refusal(-32000, "insufficient funds"), .failure(.tooLarge(limit: 1)),
    ])
    func aRefusalOfTheQuestionIsNoReasonToAskAnother(trouble: FakeNodes.Trouble) async throws {
        nodes["a"].trouble = trouble
        await #expect(throws: RPCError.self) { try await client.blockNumber() }
        #expect(nodes.takeCalls() == ["a eth_blockNumber"])
        nodes["a"].trouble = nil
        #expect(try await asked() == ["a"])
    }

    @Test
    func aRangeThatIsTooMuchIsNoTroubleOfTheNode() async throws {
        nodes["a"].trouble = .refusal(-32005, "query returned more than 10000 results")
        let filter = LogFilter(addresses: [], topics: [], from: 1, to: 2)
        let error = await #expect(throws: RPCError.self) { try await client.logs(filter) }
        #expect(error?.logRangeFailure == .tooMany(blocks: nil))
        #expect(nodes.takeCalls() == ["a eth_getLogs"])
        nodes["a"].trouble = nil
        #expect(try await asked() == ["a"])
    }

    @Test
    func leavesANodeAloneForAsLongAsItAsks() async throws {
        nodes["a"].trouble = .status(429, retryAfter: 60)
        #expect(try await asked() == ["a", "b"])
        nodes["a"].trouble = nil
        time.advance(by: .seconds(59))
        #expect(try await asked() == ["b"])
        time.advance(by: .seconds(1))
        #expect(try await asked() == ["a"])
    }

    /// Who waits for as long as the only node asks is blind for as long.
    @Test
    func waitsForAMinuteAtMostWhereNoOtherMayBeAsked() async throws {
        for name in ["a", "b", "c"] { nodes[name].trouble = .status(429, retryAfter: 600) }
        // Two others are left to be asked, then one, then none.
        for (node, wait) in zip(client.each, [600, 600, 60]) {
            let error = await #expect(throws: RPCError.self) { try await node.blockNumber() }
            #expect(error?.retryAfter == .seconds(wait))
        }
        let all = await #expect(throws: RPCError.self) { try await client.blockNumber() }
        #expect(all?.retryAfter == .seconds(60))

        let only = EthereumClient(transport: nodes, endpoint: EthereumEndpoint("http://a"), time: time)
        let error = await #expect(throws: RPCError.self) { try await only.blockNumber() }
        #expect(error?.retryAfter == .seconds(60))
        nodes["a"].trouble = .status(429, retryAfter: 5)
        let soon = await #expect(throws: RPCError.self) { try await only.blockNumber() }
        #expect(soon?.retryAfter == .seconds(5))
    }

    @Test
    func asksThoseThatAreToBeLeftAloneWhereNoOtherIsLeft() async throws {
        for name in ["a", "b", "c"] { nodes[name].trouble = .status(503) }
        let error = await #expect(throws: RPCError.self) { try await client.blockNumber() }
        #expect(error?.kind == .http(status: 503, excerpt: "<html>http://c/***"))
        nodes["b"].trouble = nil
        #expect(try await asked() == ["a", "b"])
    }

    @Test
    func comesBackToTheFirstAfterALongOutage() async throws {
        nodes["a"].trouble = .failure(.timedOut)
        for _ in 0..<20 {
            _ = try await client.blockNumber()
            time.advance(by: .seconds(30))
        }
        nodes["a"].trouble = nil
        time.advance(by: .seconds(300))
        #expect(try await asked() == ["a"])
    }

    @Test
    func aCancelledCallSaysNothingOfItsNode() async throws {
        nodes["a"].trouble = .failure(.cancelled)
        await #expect(throws: RPCError.self) { try await client.blockNumber() }
        #expect(nodes.takeCalls() == ["a eth_blockNumber"])
        nodes["a"].trouble = nil
        #expect(try await asked() == ["a"])
    }

    // MARK: Pins

    @Test
    func aPinnedNodeIsAskedAlone() async throws {
        let pin = client.pin()
        nodes["a"].trouble = .status(503)
        let error = await #expect(throws: RPCError.self) { try await pin.blockNumber() }
        #expect(error?.endpoint == "http://a/***")
        #expect(nodes.takeCalls() == ["a eth_blockNumber"])
        #expect(client.pin().maskedEndpoint == "http://b/***")
        #expect(client.each[0].isResting && !client.each[1].isResting)
        #expect(client.pin().others.map(\.maskedEndpoint) == ["http://c/***"])
    }

    @Test
    func aNodeThatLagsOrIsInconsistentComesLater() async throws {
        client.pin().setBehind()
        #expect(try await asked() == ["b"])
        client.pin().noteFault()
        #expect(try await asked() == ["c"])
        time.advance(by: .seconds(30))
        #expect(try await asked() == ["a"])
        #expect(client.each.map(\.maskedEndpoint) == ["http://a/***", "http://b/***", "http://c/***"])
    }

    @Test
    func knowsAllButThoseOfAnotherChainWhateverTheyRestFor() async throws {
        #expect(client.known.map(\.index) == [0, 1, 2])
        client.each[0].noteFault()
        client.each[1].setBehind()
        // From a pin too, which is one of them.
        #expect(client.pin().known.map(\.index) == [2, 1, 0])
        #expect(client.pin().others.map(\.index) == [1])
        client.each[2].expel("its branch is its own")
        #expect(client.known.map(\.index) == [1, 0])
    }

    @Test
    func aPinIsKnownByItsPlaceThoughItIsShownAsAnotherIs() {
        let client = EthereumClient(
            transport: nodes,
            endpoints: ["AbCdEfGhIjKlMnOpQrStUvWxYz012345", "012345AbCdEfGhIjKlMnOpQrStUvWxYz"].map {
                EthereumEndpoint("http://a/\($0)")
            },
            time: time
        )
        #expect(client.each.map(\.maskedEndpoint) == ["http://a/***", "http://a/***"])
        #expect(client.each.map(\.index) == [0, 1])
        #expect(client.index == nil)
        #expect(client.pin().others.map(\.index) == [1])
    }

    // MARK: Writes

    @Test
    func handsWritesToAll() async throws {
        nodes["b"].trouble = .refusal(-32000, "already known")
        #expect(try await client.send(raw: [1, 2]) == keccak256([1, 2]))
        #expect(nodes.takeCalls().sorted() == ["a", "b", "c"].map { "\($0) eth_sendRawTransaction" })
    }

    @Test
    func handsWritesToThoseThatAreLeftAloneToo() async throws {
        nodes["a"].trouble = .status(503)
        _ = try await client.blockNumber()
        nodes["a"].trouble = nil
        _ = nodes.takeCalls()
        _ = try await client.send(raw: [1, 2])
        #expect(nodes.takeCalls().count == 3)
    }

    @Test
    func doesNotHandWritesToAnotherChain() async throws {
        client.require(Self.identity)
        nodes["a"].chainID = 8
        _ = try await client.send(raw: [1, 2])
        #expect(!nodes.takeCalls().contains("a eth_sendRawTransaction"))
    }

    @Test
    func ofSeveralRefusalsTheOneThatSaysMostIsThrown() async throws {
        nodes["a"].trouble = .refusal(-32000, "insufficient funds for gas * price + value")
        nodes["b"].trouble = .failure(.timedOut)
        nodes["c"].trouble = .refusal(-32000, "already known")
        let first = await #expect(throws: RPCError.self) { try await client.send(raw: [1]) }
        #expect(first?.sendFailure == .alreadyKnown)
        nodes["c"].trouble = .refusal(-32000, "insufficient funds for gas * price + value")
        let second = await #expect(throws: RPCError.self) { try await client.send(raw: [1]) }
        #expect(second?.outcomeUnknown == true)
    }

    /// One that says nothing does not hold up the others for long, and is not blamed.
    @Test
    func doesNotWaitForASilentNodeOnceOneHasTheBytes() async throws {
        nodes["a"].trouble = .silence
        let sent = Task { try await client.send(raw: [1]) }
        try await time.waitForSleepers()
        time.advance(by: .seconds(2))
        #expect(try await sent.value == keccak256([1]))
        nodes["a"].trouble = nil
        #expect(try await asked() == ["a"])
    }
}
