import Ethereum
import JSON
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Telemetry
import Testing

/// One bad request ends with its reason and delays nobody.
@Suite(.timeLimit(.minutes(2)))
struct IsolationTests {
    @Test func endsEachBadRequestWithItsReason() async throws {
        var world = try RelayWorld { submission in
            switch submission.task?["Engine"]?["Type"]?.string {
            case "docker": FakeJobScript(.refused("does not support docker, only wasm"))
            case "wasm" where submission.task?["Engine"]?["Params"]?["Entrypoint"]?.string == "trap":
                FakeJobScript(.traps("wasm error: unreachable"))
            default: .prints("hello\n")
            }
        }
        world.options.contracts[0].policy.engines = [.wasm, .docker]
        world.options.contracts[0].policy.images = [try ImagePattern("ubuntu")]
        let nonsense = world.chain.request(spec: "once upon a time")
        let twice = world.chain.request(spec: #"{"Engine":{"Type":"wasm"},"Engine":{"Type":"docker"}}"#)
        let engine = world.chain.request(spec: #"{"Engine":{"Type":"docker","Params":{"Image":"ubuntu"}}}"#)
        let trap = world.chain.request(spec: RelayWorld.spec.replacing("_start", with: "trap"))
        let reverting = Address(Array(repeating: 0xcc, count: 20)) ?? .zero
        world.chain.setClient(reverting, .reverts)
        let client = world.chain.request(spec: RelayWorld.spec, from: reverting)
        let good = world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilClosed([nonsense, twice, engine, trap, client, good])

        #expect(world.reason(of: nonsense)?.contains("JSON") == true, "\(world.reason(of: nonsense) ?? "")")
        #expect(world.reason(of: twice)?.contains("Engine") == true)
        #expect(world.reason(of: engine)?.contains("does not support docker") == true)
        #expect(world.reason(of: trap)?.contains("unreachable") == true)
        #expect(world.answer(to: client) == .fulfilled(resultType: 1, result: "hello\n"))
        #expect(world.chain.effectiveSettlements(of: client.jobID).first?.callbackSucceeded == false)
        #expect(world.answer(to: good) == .fulfilled(resultType: 1, result: "hello\n"))
    }

    @Test func declaresDeadWhatItMayNotAnswerAndTakesItUpAgain() async throws {
        let world = try RelayWorld(settle: 1)
        try await world.run { world.log.messages.contains("ready") }
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run(
            blocks: nil,
            onReady: { world.chain.setRelayer(world.account.address, false) },
            until: { try world.state(of: request) == .dead }
        )
        #expect(try world.listed(request)?.reason?.contains("not a relayer") == true)
        world.chain.setRelayer(world.account.address, true)
        try retry(world, request)

        try await world.runUntilClosed([request])

        #expect(world.answer(to: request) == .fulfilled(resultType: 1, result: "hello\n"))
        #expect(world.bacalhau.jobs.count == 1)
    }

    @Test func declaresDeadWhatItCannotPay() async throws {
        let world = try RelayWorld()
        world.chain.setBalance(world.account.address, UInt256.zero)
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run { try world.state(of: request) == .dead }
        #expect(try world.listed(request)?.reason?.contains("has 0 ether to spare") == true)
        world.chain.setBalance(world.account.address, UInt256(1_000_000_000_000_000_000))
        try retry(world, request)

        try await world.runUntilClosed([request])

        #expect(world.isSettledOnce(request))
    }

    @Test func declaresDeadWhatNoAmountOfGasSettles() async throws {
        let world = try RelayWorld(settle: 1)
        let failure = RPCFailure(code: -32_000, "gas required exceeds allowance (30000000)")
        world.chain.failNext("eth_estimateGas", with: .error(failure), count: 1_000_000)
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.run(within: .seconds(600)) { try world.state(of: request) == .dead }

        #expect(try world.listed(request)?.reason?.contains("gas required exceeds allowance") == true)
        #expect(!world.log.messages.contains("not reachable"))
    }

    /// A client may drive the estimate up to the block's limit: what is above the ceiling is not sent.
    @Test func sendsNothingAboveTheCeilingOfGas() async throws {
        let world = try RelayWorld(settle: 1)
        world.chain.failNext("eth_estimateGas", with: FakeChain.RPCFault.result("0x1c9c380"), count: 1_000_000)
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.run { try world.state(of: request) == .dead }

        let reason = try #require(try world.listed(request)?.reason)
        #expect(reason.contains("30000000 gas, above the ceiling of"), "\(reason)")
        #expect(world.chain.callCount("eth_sendRawTransaction") == 0)
    }

    /// An empty answer, or a view that reverts, is the contract's trouble and not the node's.
    @Test(arguments: [FakeChain.RPCFault.result("0x"), .error(RPCFailure(code: 3, "execution reverted: paused"))])
    func declaresDeadWhatItsContractDoesNotTell(fault: FakeChain.RPCFault) async throws {
        var patient = try RelayWorld(settle: 1)
        patient.options.compute.unknownTime = .seconds(300)
        let world = patient
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.run(
            onReady: { world.chain.failNext("eth_call", with: fault, count: 1_000_000) },
            until: { try world.state(of: request) == .dead }
        )

        let reason = try #require(try world.listed(request)?.reason)
        #expect(reason.contains("job(uint256) of the contract"), "\(reason)")
        #expect(world.bacalhau.jobs.isEmpty)
        #expect(!world.log.messages.contains("not reachable"))
    }

    @Test func holdsAnAnswerWhileItsContractDoesNotTell() async throws {
        let world = try RelayWorld(settle: 3)
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run(blocks: nil) { try world.state(of: request) == .answered }

        try await world.run(
            // One of them may meet the count of jobs, which is asked for at the start.
            onReady: { world.chain.failNext("eth_call", with: FakeChain.RPCFault.result("0x"), count: 2) },
            until: { try world.listed(request)?.reason != nil }
        )

        let held = try StoreView(path: world.database).overview().held
        #expect(held.first?.reason?.contains("another form") == true, "\(held)")
        try await world.runUntilClosed([request])
        #expect(world.isSettledOnce(request))
    }

    private func retry(_ world: RelayWorld, _ request: FakeRequest) throws {
        let id = try #require(try world.listed(request)?.request.id)
        _ = try StoreView(path: world.database)
            .instruct("retry", arguments: #"{"request":\#(id)}"#, at: Timestamp(milliseconds: world.time.now()))
    }
}

extension String {
    fileprivate func replacing(_ part: String, with other: String) -> String {
        guard let range = firstRange(of: part) else { return self }
        return String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
    }
}
