import Ethereum
import JSON
import RelayCore
import RelayStore
import RelayTestSupport
import Testing

/// Whatever a node makes of the raw transaction, one settlement has effect.
@Suite(.timeLimit(.minutes(2)))
struct DoubtfulSendingTests {
    @Test func takesAlreadyKnownForSuccess() async throws {
        let world = try RelayWorld()
        let request = world.chain.request(spec: RelayWorld.spec)
        world.chain.dropAnswerOfNext("eth_sendRawTransaction")

        try await world.runUntilClosed([request])

        check(world, request)
    }

    @Test func takesNonceTooLowOfItsOwnTransactionForSuccess() async throws {
        let world = try RelayWorld(settle: 1, receipt: 60)
        let request = world.chain.request(spec: RelayWorld.spec)
        world.chain.hideReceipts(true)
        // Mined, and the node says only "nonce too low" and knows no receipt, until it does.
        try await world.run { world.chain.callCount("eth_sendRawTransaction") >= 3 }
        world.chain.hideReceipts(false)

        try await world.runUntilClosed([request])

        check(world, request)
    }

    @Test func waitsForAReceiptThatComesLate() async throws {
        let world = try RelayWorld()
        let request = world.chain.request(spec: RelayWorld.spec)
        world.chain.delayReceipts(blocks: 30)

        try await world.runUntilClosed([request])

        check(world, request)
        #expect(try world.history(of: request).last == "settled")
    }

    @Test func takesANewNonceOnlyWhenAnotherTransactionHasTakenItsOwn() async throws {
        let world = try RelayWorld(settle: 1)
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run(blocks: nil) { !world.chain.pooled(of: world.account.address).isEmpty }
        world.chain.evictMempool()
        try await world.chain.transfer(from: world.account)

        try await world.runUntilClosed([request])

        #expect(world.isSettledOnce(request))
        #expect(world.chain.minedCount(of: world.account.address) == 2)
        #expect(try world.history(of: request).contains("nonce taken by another transaction"))
    }

    @Test func sendsTheSameBytesAgainWhenThePoolHasForgottenThem() async throws {
        let world = try RelayWorld(settle: 1)
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run(blocks: nil) { !world.chain.pooled(of: world.account.address).isEmpty }
        let first = world.chain.pooled(of: world.account.address).map(\.hash)
        world.chain.evictMempool()

        try await world.runUntilClosed([request])

        #expect(world.chain.effectiveSettlements(of: request.jobID).map(\.transactionHash) == first)
        check(world, request)
    }

    @Test func raisesTheFeesOnceWhenTheNodeCallsThemTooLow() async throws {
        let world = try RelayWorld()
        let request = world.chain.request(spec: RelayWorld.spec)
        let refusal = RPCFailure(code: -32_000, "transaction underpriced: tip needed 5, tip permitted 1")
        world.chain.failNext("eth_sendRawTransaction", with: .error(refusal))

        try await world.runUntilClosed([request])

        check(world, request)
        #expect(try world.history(of: request).contains("fees raised"))
    }

    @Test func recordsWhatOthersHaveSettled() async throws {
        let world = try RelayWorld(settle: 3)
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run(blocks: nil) { try world.state(of: request) == .answered }
        world.chain.settleByOthers(request.jobID)

        try await world.run { try world.allClosed() }

        #expect(world.isSettledOnce(request))
        #expect(world.chain.minedCount(of: world.account.address) == 0)
        #expect(try world.listed(request)?.reason == "fulfilled")
    }

    private func check(_ world: RelayWorld, _ request: FakeRequest) {
        #expect(world.isSettledOnce(request))
        #expect(world.chain.revertedTransactions(of: world.account.address).isEmpty)
        #expect(world.chain.minedCount(of: world.account.address) == 1)
    }
}
