import Ethereum
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Testing

/// What comes back for each result type, and what becomes of output that Bacalhau has cut.
@Suite(.timeLimit(.minutes(2)))
struct AnswerTests {
    static let run = FakeRun(stdout: "out\n", stderr: "err\n", exitCode: 3)

    static let answers: [(UInt8, String)] = [(0, run.cid), (1, "out\n"), (2, "err\n"), (3, "3")]

    @Test(arguments: answers)
    func answersWithWhatWasAskedFor(resultType: UInt8, text: String) async throws {
        let world = try RelayWorld { _ in FakeJobScript(.completes(Self.run)) }
        let request = world.chain.request(spec: RelayWorld.spec, resultType: resultType)

        try await world.runUntilClosed([request])

        #expect(world.answer(to: request) == .fulfilled(resultType: resultType, result: text))
    }

    @Test func answersZeroForAPlainReturn() async throws {
        let world = try RelayWorld { _ in FakeJobScript(.completes(FakeRun(exitCode: -1))) }
        let request = world.chain.request(spec: RelayWorld.spec, resultType: 3)

        try await world.runUntilClosed([request])

        #expect(world.answer(to: request) == .fulfilled(resultType: 3, result: "0"))
    }

    @Test func cutsAResultToWhatATransactionHolds() async throws {
        let tree = PublishedTree(["stdout": String(repeating: "x", count: 200_000)])
        var run = FakeRun(stdout: "xxx")
        run.cid = tree.cid
        var world = try RelayWorld { [run] _ in FakeJobScript(.completes(run)) }
        world.gateway = FakeGateway(time: world.time)
        world.gateway?.publish(tree)
        var binding = ContractBinding.reference
        binding.form.resultLimit = 1_000_000
        world.options.contracts = [Relayer.Contract(address: world.chain.bridge, startBlock: 0, binding: binding)]
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.run { [world] in try world.listed(request)?.answer != nil }

        let answer = try #require(try world.listed(request)?.answer)
        #expect(answer.source == "published files" && answer.truncated && answer.text.hasSuffix("x…"))
        #expect(130_000...131_072 ~= answer.content.count, "\(answer.content.count)")
    }

    /// Where the other arguments leave no room for anything.
    @Test func neverMakesATransactionThatNoNodeTakes() async throws {
        var world = try RelayWorld { _ in .prints("out\n") }
        var binding = ContractBinding.reference
        binding.fulfill = SettlingCall(
            function: ABIFunction(name: "fulfill", inputs: ["a", "b"].map { ABIParameter(name: $0, type: .string) }),
            arguments: [.constant(.string([UInt8](repeating: 1, count: 131_072))), .text]
        )
        world.options.contracts = [Relayer.Contract(address: world.chain.bridge, startBlock: 0, binding: binding)]
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.run { [world] in try world.listed(request)?.request.state == .dead }

        let reason = try #require(try world.listed(request)?.reason)
        let words = "the answer does not fit a transaction: the settlement's calldata has 131204 bytes, and a"
        #expect(reason == words + " transaction of this chain takes 130560 at most", "\(reason)")
        #expect(world.answer(to: request) == nil)
    }

    @Test func marksWhatBacalhauHasCut() async throws {
        let world = try RelayWorld { _ in .prints(String(repeating: "x", count: 5_000)) }
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilClosed([request])

        #expect(
            world.answer(to: request) == .fulfilled(resultType: 1, result: String(repeating: "x", count: 2_048) + "…")
        )
        #expect(try world.listed(request)?.answer?.truncated == true)
    }
}
