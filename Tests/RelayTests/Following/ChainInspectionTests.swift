import Ethereum
import EthereumRPC
import Relay
import RelayCore
import RelayTestSupport
import Testing
import Transport

@Suite(.timeLimit(.minutes(1))) struct ChainInspectionTests {
    /// Each node by the host of its URL.
    private struct Nodes: HTTPTransport {
        let chains: [String: FakeChain]

        func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
            let host = String(request.url.dropFirst("http://".count).prefix { $0 != "/" })
            guard let chain = chains[host] else { throw .connectFailed("nobody listens") }
            return try await chain.send(request)
        }
    }

    private let time = ManualTime()
    private let chain: FakeChain
    private var links: [ChainLink] = []

    init() throws {
        chain = FakeChain(time: time)
        chain.mine(40)
        links = try (0...10).map { ChainLink(try #require(chain.header($0 * 4))) }
    }

    private func inspect(_ hosts: String..., chains: [String: FakeChain]) async throws -> [ChainInspection.Node] {
        let client = EthereumClient(
            transport: Nodes(chains: chains),
            endpoints: hosts.map { EthereumEndpoint("http://\($0)/AbCdEfGhIjKlMnOpQrStUvWxYz012345") },
            time: time
        )
        return try await ChainInspection.of(links, at: client).nodes
    }

    @Test func aNodeOfTheSameChainHasTheNewestLink() async throws {
        chain.mine(3)
        let nodes = try await inspect("a", chains: ["a": chain])
        #expect(nodes.map(\.common) == [links.last])
        #expect(nodes.map(\.head) == [43] && nodes.map(\.error) == [nil])
        #expect(nodes.map(\.endpoint) == ["http://a/***"])
    }

    /// The blocks above `40 - depth` are others.
    @Test(arguments: [(1, 9), (4, 9), (5, 8), (20, 5), (39, 0), (40, 0)])
    func findsTheNewestCommonLink(depth: Int, place: Int) async throws {
        chain.reorg(depth: depth)
        let before = chain.callCount("eth_getBlockByNumber")
        #expect(try await inspect("a", chains: ["a": chain]).map(\.common) == [links[place]])
        #expect(chain.callCount("eth_getBlockByNumber") - before <= 4)
    }

    @Test func aNodeThatIsBehindHasWhatItHas() async throws {
        chain.rollBack(depth: 6)
        let nodes = try await inspect("a", chains: ["a": chain])
        #expect(nodes.map(\.head) == [34])
        #expect(nodes.map(\.common) == [links[8]])
    }

    @Test func aNodeOfAnotherChainHasNothingInCommon() async throws {
        let other = FakeChain(time: time, chainID: 5)
        other.mine(50)
        let foreign = (1...3).map { ChainLink(number: $0, hash: .zero, parentHash: .zero, timestamp: 0) }
        let client = EthereumClient(transport: other, endpoint: EthereumEndpoint("http://a"), time: time)
        let nodes = try await ChainInspection.of(foreign, at: client).nodes
        #expect(nodes.map(\.common) == [nil] && nodes.map(\.head) == [50] && nodes.map(\.error) == [nil])
    }

    @Test func withoutLinksThereIsNothingToCompare() async throws {
        let client = EthereumClient(transport: chain, endpoint: EthereumEndpoint("http://a"), time: time)
        #expect(try await ChainInspection.of([], at: client).nodes.map(\.common) == [nil])
    }

    private func isAsRead(_ chains: [String: FakeChain]) async throws -> Bool {
        let client = EthereumClient(
            transport: Nodes(chains: chains),
            endpoints: chains.keys.sorted().map { EthereumEndpoint("http://\($0)") } + [
                EthereumEndpoint("http://away")
            ],
            time: time
        )
        return try await ChainInspection.of(links, at: client).isAsRead
    }

    @Test func theChainIsAsItWasReadWhereNoNodeThatAnswersHasAnother() async throws {
        let slow = FakeChain(time: time)
        #expect(try await isAsRead(["a": chain]))
        #expect(try await !isAsRead(["a": slow]), "it has the first block alone")
        #expect(try await isAsRead(["a": chain, "b": slow]))
        let rival = FakeChain(time: time)
        rival.mine(40)
        #expect(try await isAsRead(["a": chain, "b": rival]))
        rival.reorg(depth: 3)
        #expect(try await !isAsRead(["a": chain, "b": rival]))
        #expect(try await !isAsRead(["b": rival]))
        #expect(try await !isAsRead([:]))
    }

    /// Each for itself: one that is away, or expelled, does not hide the others.
    @Test func asksEachNodeByItself() async throws {
        let rival = FakeChain(time: time)
        rival.mine(40)
        rival.setOutage(.status(503))
        let nodes = try await inspect("a", "b", "c", chains: ["b": chain, "c": rival])
        #expect(nodes.map(\.common) == [nil, links.last, nil])
        #expect(nodes.map(\.head) == [nil, 40, nil])
        #expect(nodes.map { $0.error == nil } == [false, true, false])
        #expect(nodes.first?.error?.contains("nobody listens") == true)
        #expect(nodes.contains { $0.error?.contains("AbCdEf") == true } == false)
    }
}
