import JSON
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Telemetry
import Testing

/// What is emitted while the relayer is down is found at its start, and nothing is done twice by reading it again.
@Suite(.timeLimit(.minutes(3)))
struct DowntimeTests {
    @Test func findsFiftyRequestsOverFiveHundredBlocks() async throws {
        let world = try RelayWorld()
        try await world.run { try StoreView(path: world.database).overview().counts.allSatisfy { $0.count == 0 } }
        var requests: [FakeRequest] = []
        for _ in 0..<50 {
            requests.append(world.chain.request(spec: RelayWorld.spec))
            world.chain.mine(9)
        }

        try await world.runUntilClosed(requests)

        #expect(requests.allSatisfy(world.isSettledOnce))
        #expect(world.bacalhau.jobs.count == 50)
    }

    @Test func replaysWithoutDoingAnythingTwice() async throws {
        let world = try RelayWorld()
        let requests = (0..<10).map { _ in world.chain.request(spec: RelayWorld.spec) }
        try await world.runUntilClosed(requests)
        let number = try StoreView(path: world.database)
            .instruct("replay", arguments: #"{"from":0,"to":null}"#, at: Timestamp(milliseconds: world.time.now()))

        try await world.run { try StoreView(path: world.database).instruction(number)?.state == .done }

        let outcome = try StoreView(path: world.database).instruction(number)?.outcome
        #expect(outcome?.contains("0 new requests, 10 known") == true, "\(outcome ?? "none")")
        #expect(requests.allSatisfy(world.isSettledOnce))
        #expect(world.bacalhau.jobs.count == 10)
    }

    @Test func goesOnWithAReplayAfterTheNodeHasLied() async throws {
        let world = try RelayWorld()
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.runUntilClosed([request])
        world.chain.failNext("eth_getLogs", with: .result(try strayLogs()), count: 8)
        let number = try StoreView(path: world.database)
            .instruct("replay", arguments: #"{"from":0,"to":null}"#, at: Timestamp(milliseconds: world.time.now()))

        try await world.run { try StoreView(path: world.database).instruction(number)?.state == .done }

        #expect(try StoreView(path: world.database).instruction(number)?.outcome?.contains("1 known") == true)
        #expect(try StoreView(path: world.database).rejected(limit: 1).isEmpty)
    }

    /// The blocks before an earlier start block are not read by themselves; that is said, until they are.
    @Test func saysThatALoweredStartBlockLeavesBlocksUnread() async throws {
        var world = try RelayWorld()
        world.chain.mine(20)
        let missed = world.chain.request(spec: RelayWorld.spec)
        world.chain.mine(20)
        world.options.contracts = [Relayer.Contract(address: world.chain.bridge, startBlock: 30)]
        let late = world
        try await late.run { late.log.messages.contains("ready") && late.time.now() > 0 }
        world.options.contracts = [Relayer.Contract(address: world.chain.bridge, startBlock: 10)]
        let early = world
        try await early.run {
            early.log.messages.contains("startBlock was lowered, and the blocks between have not been read")
        }
        let warning = early.log.records.first { $0.message.hasPrefix("startBlock was lowered") }
        #expect(warning?.fields["remedy"] == "lilypad-relayer replay --from-block 10 --to-block 29")
        _ = try StoreView(path: early.database)
            .instruct("replay", arguments: #"{"from":10,"to":29}"#, at: Timestamp(milliseconds: early.time.now()))
        try await early.runUntilClosed([missed])
        let warnings = early.log.messages.count { $0.hasPrefix("startBlock was lowered") }

        try await early.run { early.log.messages.count { $0 == "ready" } == 4 }

        #expect(early.log.messages.count { $0.hasPrefix("startBlock was lowered") } == warnings)
    }

    /// A log of a contract that nobody asked about.
    private func strayLogs() throws -> JSONValue {
        let word = String(repeating: "11", count: 32)
        return try JSONValue.parse(
            Array(
                """
                [{"address":"0x1111111111111111111111111111111111111111","topics":["0x\(word)"],"data":"0x",
                "blockNumber":"0x1","blockHash":"0x\(word)","transactionHash":"0x\(word)","transactionIndex":"0x0",
                "logIndex":"0x0","removed":false}]
                """.utf8
            )
        )
    }

    @Test func settlesNothingAgainWithAnEmptyDatabase() async throws {
        let world = try RelayWorld()
        let requests = (0..<5).map { _ in world.chain.request(spec: RelayWorld.spec) }
        try await world.runUntilClosed(requests)
        let jobs = world.bacalhau.jobs.count

        let fresh = world.withDatabase("fresh.sqlite")
        try await fresh.run {
            try StoreView(path: fresh.database).overview().counts.first { $0.state == .settled }?.count == 5
        }

        #expect(requests.allSatisfy(world.isSettledOnce))
        #expect(world.bacalhau.jobs.count == jobs)
        #expect(try fresh.history(of: requests[0]).last == "settled elsewhere")
    }
}
