import Ethereum
import RelayCore
import RelayStore
import RelayTestSupport
import Testing

/// What is mined and waits for its depth holds up nobody and is paid for.
@Suite(.timeLimit(.minutes(2)))
struct DepthTests {
    @Test func sendsOnWhileManyWaitForTheirDepth() async throws {
        let world = try RelayWorld(settle: 1, receipt: 200)
        let requests = world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: 50))

        try await world.run(within: .seconds(300)) { world.allSettled(requests) }

        #expect(requests.allSatisfy(world.isSettledOnce))
        let looks = world.chain.callCount("eth_getTransactionReceipt")
        #expect(looks < 50 * 12, "\(looks) looks")
    }

    /// However seldom it is looked at while blocks are missing.
    @Test func recordsASettlementWhenItsBlockHasBecomeFinal() async throws {
        let world = try RelayWorld(settle: 1, receipt: 46)
        world.chain.mine(46)
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilClosed([request])

        let mined = try #require(try world.dossier(of: request)?.settlements.first?.blockNumber)
        let depth = world.chain.head.number - mined + 1
        // A look at the chain each four seconds, blocks each two.
        #expect((46...50).contains(depth), "\(depth) blocks")
    }

    /// Each has been paid when it is mined: the next needs no more than its own cost.
    @Test func reservesNoMoneyForWhatIsMined() async throws {
        let world = try RelayWorld(settle: 1, receipt: 200)
        let first = world.chain.request(spec: RelayWorld.spec)
        try await world.run(within: .seconds(60)) { world.allSettled([first]) }
        let settlement = try #require(try world.dossier(of: first)?.settlements.first)
        let most = try #require(settlement.attempts.first?.fees.cost(gasLimit: settlement.gasLimit))
        world.chain.setBalance(world.account.address, most.addingSaturating(most).addingSaturating(most))

        var requests: [FakeRequest] = []
        for _ in 0..<3 {
            requests.append(world.chain.request(spec: RelayWorld.spec))
            let asked = requests
            try await world.run(within: .seconds(60)) { world.allSettled(asked) }
        }

        #expect(requests.allSatisfy(world.isSettledOnce))
    }
}
