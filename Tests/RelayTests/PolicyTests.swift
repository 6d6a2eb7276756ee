import Ethereum
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Testing

/// What the operator does not allow is never submitted, is answered on chain, and is explained in the history.
@Suite(.timeLimit(.minutes(2)))
struct PolicyTests {
    private static let docker = #"{"Engine":{"Type":"docker","Params":{"Image":"ubuntu"}}}"#

    @Test func answersARefusalAndExplainsIt() async throws {
        let world = try RelayWorld()
        let refused = world.chain.request(spec: Self.docker)
        let good = world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilClosed([refused, good])

        #expect(
            world.reason(of: refused)
                == #"refused by the operator's policy: policy-engine: the engine "docker" is not allowed; "#
                + #"policy-image: the image "ubuntu" is not allowed"#
        )
        #expect(world.answer(to: good) == .fulfilled(resultType: 1, result: "hello\n"))
        #expect(world.bacalhau.jobs.count == 1)
        #expect(try world.listed(refused)?.answer?.source == "policy")
        let entry = try #require(try world.dossier(of: refused)?.history.first { $0.event == "refused" })
        #expect(
            entry.detail == """
                policy-engine: the engine "docker" is not allowed. policy.engines allows wasm
                policy-image: the image "ubuntu" is not allowed. policy.images allows none
                """
        )
    }

    @Test func runsWhatTheContractsOwnPolicyAllows() async throws {
        var world = try RelayWorld()
        world.options.contracts[0].policy.engines = [.docker]
        world.options.contracts[0].policy.images = [try ImagePattern("ubuntu")]
        let docker = world.chain.request(spec: Self.docker)
        let wasm = world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilClosed([docker, wasm])

        #expect(world.answer(to: docker) == .fulfilled(resultType: 1, result: "hello\n"))
        #expect(world.reason(of: wasm)?.contains("policy-engine") == true)
    }

    /// A policy that has become stricter counts from the next try on.
    @Test func explainsWhyThereIsNoNextTry() async throws {
        var world = try RelayWorld { _ in FakeJobScript(.nodesBusy) }
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run { [bacalhau = world.bacalhau] in bacalhau.jobs.count == 1 }
        world.options.contracts[0].policy.engines = [.docker]

        try await world.runUntilClosed([request])

        #expect(world.reason(of: request)?.hasPrefix("refused by the operator's policy: policy-engine") == true)
        let details = try world.dossier(of: request)?.history.map(\.detail)
        #expect(
            details?.contains(#"policy-engine: the engine "wasm" is not allowed. policy.engines allows docker"#) == true
        )
    }

    /// Looked up when a request is admitted, and kept to on later tries.
    @Test func keepsTheRuleForSenders() async throws {
        var world = try RelayWorld { $0.attempt == 1 ? FakeJobScript(.nodesBusy) : .prints("hello\n") }
        let friend = TestAccount(seed: 21).address
        world.options.contracts[0].policy.senders = JobPolicy.Parties(allowed: [friend])
        let asked = world.chain.request(spec: RelayWorld.spec, from: friend)
        let stranger = world.chain.request(spec: RelayWorld.spec, from: TestAccount(seed: 22).address)

        try await world.runUntilClosed([asked, stranger])

        #expect(world.answer(to: asked) == .fulfilled(resultType: 1, result: "hello\n"))
        #expect(world.reason(of: stranger)?.contains("policy-sender") == true)
        #expect(world.bacalhau.jobs.count == 2)
    }

    /// Where anybody can be named as requester, whoever sends the transaction is judged as such.
    @Test func keepsTheRuleForRequestersWhoAreOnlyNamed() async throws {
        var world = try RelayWorld { $0.attempt == 1 ? FakeJobScript(.nodesBusy) : .prints("hello\n") }
        let friend = TestAccount(seed: 21).address
        var binding = ContractBinding.reference
        // As if the contract itself had been named.
        binding.fields.requester = nil
        world.options.contracts = [Relayer.Contract(address: world.chain.bridge, startBlock: 0, binding: binding)]
        world.options.contracts[0].policy.requesters = JobPolicy.Parties(allowed: [friend, world.chain.bridge])
        let asked = world.chain.request(spec: RelayWorld.spec, from: friend)
        let stranger = world.chain.request(spec: RelayWorld.spec, from: TestAccount(seed: 22).address)

        try await world.runUntilClosed([asked, stranger])

        #expect(world.answer(to: asked) == .fulfilled(resultType: 1, result: "hello\n"))
        #expect(world.reason(of: stranger)?.contains("policy-requester") == true)
        #expect(world.bacalhau.jobs.count == 2)
    }
}
