import Ethereum
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Telemetry
import Testing

/// The contract's own record is asked before a job is submitted and before an answer is sent.
@Suite(.timeLimit(.minutes(2)))
struct ContractTruthTests {
    @Test func submitsNothingForWhatOthersHaveSettled() async throws {
        let world = try RelayWorld()
        let request = world.chain.request(spec: RelayWorld.spec)
        world.chain.settleByOthers(request.jobID)

        try await world.run { try world.allClosed() && world.state(of: request) == .settled }

        #expect(world.bacalhau.jobs.isEmpty)
        #expect(try world.listed(request)?.reason == "fulfilled")
    }

    @Test func sendsNothingForWhatHasBeenCancelled() async throws {
        let world = try RelayWorld(settle: 80)
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run(blocks: nil) { try world.state(of: request) == .answered }
        world.chain.mine(60)
        world.chain.cancel(request.jobID)

        try await world.run { try world.state(of: request) == .settled }

        #expect(try world.listed(request)?.reason == "cancelled")
        #expect(world.chain.minedCount(of: world.account.address) == 0)
    }

    @Test func stopsARequestWhoseJobIdBelongsToAnother() async throws {
        let world = try RelayWorld()
        let real = world.chain.request(spec: RelayWorld.spec)
        let log = try #require(world.chain.logs(of: real.transactionHash).first)
        // A log of the same job id that the contract never wrote, as a reorg leaves one behind.
        let ghost = world.chain.emit(topics: log.topics, data: log.data.dropLast() + [2])
        let hash = try #require(world.chain.logs(of: ghost).first?.contentHash)

        try await world.run { try world.allSettled([real]) && world.allClosed() }

        let found = try #require(try StoreView(path: world.database).find(.hash(hash)).first)
        #expect(found.request.state == .dead)
        #expect(found.reason?.contains(real.requestHash.hex) == true)
        #expect(world.isSettledOnce(real))
        #expect(world.log.records.contains { $0.message == "another request under this job id" })
    }

    /// The answer was computed, and a reorg has given its job id to somebody else: it must not reach them.
    @Test func sendsNoAnswerToAnotherRequestOfItsJobId() async throws {
        let world = try RelayWorld(settle: 6)
        let gone = world.chain.request(spec: RelayWorld.spec)
        try await world.run(blocks: nil) { try world.state(of: gone) == .answered }
        world.chain.reorg(depth: 1, keeping: false)
        let other = world.chain.request(spec: RelayWorld.spec, resultType: 2)
        #expect(other.jobID == gone.jobID && other.requestHash != gone.requestHash)

        try await world.run { world.allSettled([other]) }

        #expect(try world.state(of: gone) == .orphaned)
        #expect(try world.history(of: gone).contains("log gone"))
        #expect(world.answer(to: other) == .fulfilled(resultType: 2, result: ""))
        #expect(world.chain.minedCount(of: world.account.address) == 1)
        #expect(world.chain.revertedTransactions(of: world.account.address).isEmpty)
        #expect(world.log.records.contains { $0.message == "reorganisation" })
    }

    /// With another event, or another id, what is stored would be taken for something else.
    @Test func refusesAContractThatWasReadByAnotherBinding() async throws {
        var world = try RelayWorld()
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.runUntilClosed([request])
        var binding = ContractBinding.reference
        binding.fields.jobID = nil
        world.options.contracts = [
            Relayer.Contract(address: world.chain.bridge, startBlock: 0, binding: binding)
        ]

        await #expect(throws: Preflight.Problem.self) { try await world.run { false } }
    }
}
