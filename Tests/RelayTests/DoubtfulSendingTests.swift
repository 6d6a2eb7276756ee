import Ethereum
import JSON
import RelayCore
import RelayStore
import RelayTestSupport
import Telemetry
import Testing
import Transport

/// Whatever a node makes of the raw transaction, one settlement has effect.
@Suite(.timeLimit(.minutes(2)))
struct DoubtfulSendingTests {
    @Test func takesAlreadyKnownForSuccess() async throws {
        let world = try RelayWorld(settle: 1)
        let request = world.chain.request(spec: RelayWorld.spec)
        world.chain.dropAnswerOfNext("eth_sendRawTransaction")
        // No block comes until it has been sent again, to a pool that has it, and what that said is stored.
        try await world.run(blocks: nil) {
            try world.attempt(of: request)?.lastOutcome?.contains("already known") == true
        }

        try await world.runUntilClosed([request])

        check(world, request)
        #expect(world.chain.callCount("eth_sendRawTransaction") >= 2)
        #expect(try world.attempt(of: request)?.lastOutcome?.contains("already known") == true)
    }

    /// What has reached nobody is sent again at once, and counts as not sent.
    @Test func sendsAgainSoonWhatHasReachedNobody() async throws {
        let world = try RelayWorld(settle: 1)
        let request = world.chain.request(spec: RelayWorld.spec)
        world.chain.failNext("eth_sendRawTransaction", with: .refused)
        let from = world.time.now()

        try await world.run(blocks: nil) { !world.chain.pooled(of: world.account.address).isEmpty }

        // What may have reached somebody is sent again after thirty seconds.
        #expect(world.time.now() - from < 25_000, "\(world.time.now() - from) ms")
        try await world.runUntilClosed([request])
        check(world, request)
        #expect(try world.attempt(of: request)?.sends == 1)
        #expect(try world.history(of: request).count { $0 == "transaction sent" } == 1)
    }

    /// Nodes keep the state of some hundred blocks: whoever waits for more asks what they still have.
    @Test func sendsAgainThroughANodeWithoutOldStates() async throws {
        var world = try RelayWorld(settle: 1, receipt: 200)
        world.chain.mine(300)
        world.chainWire = ForgetfulNode(chain: world.chain)
        let request = world.chain.request(spec: RelayWorld.spec)
        let ready = world
        try await ready.run(blocks: nil) { !ready.chain.pooled(of: ready.account.address).isEmpty }
        ready.chain.evictMempool()

        try await ready.runUntilClosed([request])

        check(ready, request)
        #expect(!ready.log.messages.contains("not reachable"))
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

    /// A node that is mad about the account must not have a nonce signed that is never reached, nor end the relayer.
    @Test func signsNothingForACountThatNoAccountHas() async throws {
        let world = try RelayWorld(settle: 1)
        let madness = FakeChain.RPCFault.result("0xffffffffffffffff")
        world.chain.failNext("eth_getTransactionCount", with: madness, count: 3)
        let requests = world.chain.requests(specs: [RelayWorld.spec, RelayWorld.spec])

        try await world.runUntilClosed(requests)

        #expect(requests.allSatisfy(world.isSettledOnce))
        #expect(world.chain.minedCount(of: world.account.address) == 2)
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

/// Has the states of its latest 128 blocks, as geth does.
private struct ForgetfulNode: HTTPTransport {
    let chain: FakeChain

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let call = request.body.flatMap { try? JSONValue.parse($0) }
        guard let call, call["method"]?.string == "eth_getTransactionCount",
            let block = call["params"]?.array?.last?.string.flatMap({ UInt64($0.dropFirst(2), radix: 16) }),
            chain.head.number > block + 127
        else { return try await chain.send(request) }
        let answer: JSONValue = [
            "jsonrpc": "2.0", "id": call["id"] ?? .null,
            "error": ["code": -32_000, "message": "missing trie node deadbeef (path ) state is not available"],
        ]
        return HTTPResponse(status: 200, body: JSONWriter.bytes(of: answer))
    }
}
