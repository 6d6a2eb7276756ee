import JSON
import RelayTestSupport
import Telemetry
import Testing

/// The blocks below the head are read again with each new head.
@Suite(.timeLimit(.minutes(2)))
struct TailTests {
    @Test func findsWhatANodeHidFromTheFirstLook() async throws {
        let world = try RelayWorld(settle: 4)
        try await world.run { world.log.messages.contains("ready") }
        let request = world.chain.request(spec: RelayWorld.spec)
        // The node has the block and not yet its logs.
        world.chain.failNext("eth_getLogs", with: .result([]))

        try await world.runUntilClosed([request])

        #expect(world.isSettledOnce(request))
        #expect(world.bacalhau.jobs.count == 1)
    }

    @Test func findsARequestThatAReorgHasMovedToALowerBlock() async throws {
        let world = try RelayWorld(settle: 6)
        try await world.run { world.log.messages.contains("ready") }
        world.chain.mine(3)
        let transaction = world.chain.submitRequests(specs: [RelayWorld.spec])
        try await world.run(blocks: nil) { world.log.messages.count { $0 == "ready" } == 2 }
        // The block in which it is mined replaces one that has been read.
        world.chain.reorg(depth: 1)
        let request = try #require(world.chain.requests(in: transaction).first)

        try await world.runUntilClosed([request])

        #expect(world.isSettledOnce(request))
    }
}
