import Ethereum
import EthereumRPC
import RelayTestSupport
import Testing
import Transport

/// Which chain each of several nodes serves, and whether it still does.
@Suite(.timeLimit(.minutes(1)))
struct NodeVerificationTests {
    private static let key = "AbCdEfGhIjKlMnOpQrStUvWxYz012345"
    private static let identity = NodeIdentity(
        chainID: 7,
        genesisHash: UInt256(100).asHash32,
        anchor: BlockAnchor(number: 10, hash: UInt256(110).asHash32)
    )
    private static let check = "eth_chainId+eth_getBlockByNumber+eth_getBlockByNumber"

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

    @Test
    func checksEachNodeBeforeItIsAskedFirst() async throws {
        client.require(Self.identity)
        _ = try await client.blockNumber()
        #expect(nodes.takeCalls() == ["a \(Self.check)", "a eth_blockNumber"])
        #expect(try await asked() == ["a"])
        nodes["a"].trouble = .status(503)
        #expect(try await asked() == ["a", "b", "b"])
        // It was away: who is there now may be another.
        nodes["a"].trouble = nil
        time.advance(by: .seconds(1))
        #expect(try await asked() == ["a", "a"])
    }

    @Test
    func aRefusalIsNoReasonToCheckAgain() async throws {
        client.require(Self.identity)
        _ = try await client.blockNumber()
        nodes["a"].trouble = .refusal(-32005, "rate limit")
        #expect(try await asked() == ["a", "b", "b"])
        nodes["a"].trouble = nil
        time.advance(by: .seconds(1))
        #expect(try await asked() == ["a"])
    }

    @Test
    func checksAgainWhenMoreIsRequired() async throws {
        client.require(NodeIdentity(chainID: 7, genesisHash: UInt256(100).asHash32))
        _ = try await client.blockNumber()
        nodes["a"].anchor = 1
        client.require(Self.identity)
        #expect(try await asked().last == "b")
        #expect(client.each[0].expulsion?.contains("its block 10 is") == true)
    }

    @Test
    func expelsANodeOfAnotherChainWithTheReason() async throws {
        client.require(Self.identity)
        nodes["a"].chainID = 8
        nodes["b"].genesis = 1
        #expect(try await asked() == ["a", "b", "c", "c"])
        #expect(client.each[0].expulsion == "it serves chain 8, not 7")
        #expect(client.each[1].expulsion?.contains("another genesis block") == true)
        #expect(client.each[2].expulsion == nil)

        // Not asked, until it may have changed; then checked before.
        time.advance(by: .seconds(599))
        #expect(try await asked() == ["c"])
        nodes["a"].chainID = 7
        time.advance(by: .seconds(1))
        #expect(client.each[0].expulsion == nil)
        #expect(try await asked() == ["a", "a"])
    }

    @Test
    func tellsWhyNobodyIsLeft() async throws {
        client.require(Self.identity)
        for name in ["a", "b", "c"] { nodes[name].chainID = 8 }
        for _ in 0..<2 {
            let error = await #expect(throws: RPCError.self) { try await client.blockNumber() }
            #expect(error?.description.contains("it serves chain 8, not 7") == true)
            #expect(error?.description.contains(Self.key) == false)
        }
        #expect(client.others.isEmpty)
    }

    @Test
    func aNodeThatDoesNotSayWhoItIsIsNotAsked() async throws {
        client.require(Self.identity)
        nodes["a"].trouble = .refusalOf("eth_chainId", -32601, "the method eth_chainId does not exist")
        // Together, and by itself: a server may refuse the whole because of one of them.
        #expect(try await asked() == ["a", "a", "b", "b"])
    }

    @Test
    func aNodeWithoutTheAnchorContradictsNothing() async throws {
        client.require(Self.identity)
        nodes["a"].head = 9
        #expect(try await asked() == ["a", "a"])
    }

    @Test
    func anExpelledBranchIsLeftOutWhateverIsRequired() async throws {
        client.pin().expel("its branch is its own")
        #expect(client.each[0].expulsion == "its branch is its own")
        #expect(try await asked() == ["b"])
    }

    // MARK: Who has become another without any error

    /// A proxy's address may serve another chain from one answer to the next.
    @Test(
        arguments: [
            ("it serves chain 8", FakeNodes.Node(chainID: 8)), ("another genesis block", FakeNodes.Node(genesis: 1)),
            ("its block 10 is", FakeNodes.Node(anchor: 1)),
        ]
    )
    func checksEachNodeEveryTenMinutes(reason: String, other: FakeNodes.Node) async throws {
        client.require(Self.identity)
        _ = try await client.blockNumber()
        nodes["a"] = other
        time.advance(by: .seconds(599))
        #expect(try await asked() == ["a"])
        time.advance(by: .seconds(1))
        #expect(try await asked() == ["a", "b", "b"])
        #expect(client.each[0].expulsion?.contains(reason) == true)
    }

    @Test
    func checksAStandbyThatIsAskedFirstFromNowOn() async throws {
        client.require(Self.identity)
        for node in client.each { _ = try await node.blockNumber() }
        _ = try await client.blockNumber()
        nodes["b"].chainID = 8
        nodes["c"].genesis = 1
        nodes["a"].trouble = .status(503)
        time.advance(by: .seconds(61))
        // Neither has failed, nor been asked by a pin for long.
        await #expect(throws: RPCError.self) { try await client.blockNumber() }
        #expect(client.each.map { $0.expulsion == nil } == [true, false, false])
    }

    @Test
    func checksAStandbyThatIsPinnedFirstFromNowOn() async throws {
        client.require(Self.identity)
        for node in client.each { _ = try await node.blockNumber() }
        _ = try await client.pin().blockNumber()
        client.each[0].setBehind()
        time.advance(by: .seconds(10))
        // It has just been looked at.
        _ = nodes.takeCalls()
        _ = try await client.pin().blockNumber()
        #expect(nodes.takeCalls() == ["b eth_blockNumber"])

        time.advance(by: .seconds(60))
        nodes["a"].genesis = 1
        let error = await #expect(throws: RPCError.self) { try await client.pin().blockNumber() }
        #expect(error?.description.contains("another genesis block") == true)
    }

    @Test
    func costsSixRequestsAnHourWhileNothingHappens() async throws {
        client.require(Self.identity)
        _ = try await client.blockNumber()
        _ = nodes.takeCalls()
        for _ in 0..<3_600 {
            time.advance(by: .seconds(1))
            _ = try await client.pin().blockNumber()
        }
        #expect(nodes.takeCalls().count { $0 == "a \(Self.check)" } == 6)
    }

    @Test
    func checksOneByOneWhereBatchesAreRefused() async throws {
        client.require(Self.identity)
        nodes["a"].takesBatches = false
        #expect(try await asked() == ["a", "a", "a", "a", "a"])
        time.advance(by: .seconds(600))
        nodes["a"].anchor = 1
        // At once, since it is known by now.
        #expect(try await asked() == ["a", "a", "a", "b", "b"])
        #expect(client.each[0].expulsion?.contains("its block 10 is") == true)
    }

    /// As Filecoin's gateways, and some of them refuse all of a request for the sake of one block.
    @Test(arguments: [true, false])
    func aNodeThatDoesNotKeepTheBlocksContradictsNothing(ofEach: Bool) async throws {
        client.require(Self.identity)
        let refusal = "bad tipset height: lookbacks of more than 24h0m0s are disallowed"
        nodes["a"].trouble = .refusalOf("eth_getBlockByNumber", 1, refusal, ofTheWhole: !ofEach)
        #expect(try await asked() == (ofEach ? ["a", "a"] : ["a", "a", "a", "a", "a"]))
        nodes["b"].trouble = nodes["a"].trouble
        nodes["b"].chainID = 8
        await #expect(throws: RPCError.self) { try await client.each[1].blockNumber() }
        #expect(client.each[1].expulsion == "it serves chain 8, not 7")
    }
}
