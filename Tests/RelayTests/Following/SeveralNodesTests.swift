import Ethereum
import JSON
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Telemetry
import Testing

/// Nodes of different heights, branches and networks.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct SeveralNodesTests {
    @Test("case 5: behind a balancer the cursor does not pass what a slower node has not seen")
    func balancer() async throws {
        let world = try await RelayWorld.ready(settle: 8) { $0.options.follow.longestTail = 0 }
        world.chain.setManners("chain.test") { manners in
            manners.lags = [0, 5, 1, 3]
            manners.clampsRanges = true
            manners.bloom = .full
        }
        for _ in 0..<6 { world.chain.request(spec: RelayWorld.spec) }

        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 6)
        #expect(world.counter("requests.missedAtFirst") == 0)
        #expect(world.counter("chain.reorgs") == 0)
        #expect(world.counter("requests.orphaned") == 0)
    }

    @Test("case 6: a head that goes backwards moves no cursor back and does nothing twice")
    func headGoesBackwards() async throws {
        let world = try await RelayWorld.ready(settle: 3)
        let requests = (0..<2).map { _ in world.chain.request(spec: RelayWorld.spec) }
        world.chain.mine(2)
        try await world.readToHead()
        let next = try world.nextBlock()
        world.chain.setManners("chain.test") { $0.lag = 4 }

        try await world.run(for: .seconds(60), blocks: nil)

        #expect(try world.nextBlock() == next)
        #expect(world.counter("chain.reorgs") == 0)
        world.chain.setManners("chain.test") { $0.lag = 0 }
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 2)
        #expect(requests.allSatisfy(world.isSettledOnce))
        #expect(world.counter("requests.orphaned") == 0)
    }

    @Test("case 11: a fail-over to a node that is behind is no reorganisation")
    func failOverToASlowNode() async throws {
        let world = try await RelayWorld.ready(settle: 6) { $0.hosts = ["a.test", "b.test"] }
        world.chain.request(spec: RelayWorld.spec)
        world.chain.mine(2)
        try await world.readToHead()
        world.chain.setManners("b.test") { $0.lag = 3 }

        try await world.run(
            onReady: { world.chain.setManners("a.test") { $0.fault = .refused } },
            until: { world.chain.callCount("eth_getLogs", at: "b.test") > 3 }
        )
        world.chain.setManners("a.test") { $0.fault = nil }

        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
        #expect(world.counter("chain.reorgs") == 0)
        #expect(world.counter("requests.orphaned") == 0)
    }

    @Test("case 11: a fail-over to a node on a branch of its own is no reorganisation while others contradict it")
    func failOverToAFork() async throws {
        let world = try await RelayWorld.ready(settle: 6) { world in
            world.hosts = ["a.test", "b.test", "c.test"]
            world.options.follow.apartPatience = .seconds(30)
            // With the first one gone for good it would be one word against another.
            world.options.follow.silencePatience = .seconds(300)
        }
        world.chain.fork("b.test")
        let request = world.chain.request(spec: RelayWorld.spec)
        world.chain.mineFork("b.test", 4)
        world.chain.mine()
        try await world.readToHead()

        // Its branch is the longer one.
        try await world.run(
            onReady: { world.chain.setManners("a.test") { $0.fault = .refused } },
            until: {
                world.chain.mineFork("b.test", 1)
                return world.log.messages.contains("node expelled")
            }
        )

        #expect(world.counter("chain.reorgs") == 0)
        #expect(world.counter("nodes.expelled") == 1)
        let expelled = world.log.records.first { $0.message == "node expelled" }
        #expect(expelled?.fields["node"]?.contains("b.test") == true)
        #expect(expelled?.fields["reason"]?.contains("fork") == true)
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
        #expect(try !world.history(of: request).contains("log gone"))
    }

    @Test("case 11: the only node left is on a fork for a while: nothing is lost and nothing done twice")
    func onlyTheForkIsLeft() async throws {
        let world = try await RelayWorld.ready(settle: 12) { $0.hosts = ["a.test", "b.test"] }
        world.chain.fork("b.test")
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run(blocks: nil) { try world.state(of: request) == .answered }
        world.chain.mineFork("b.test", 3)

        try await world.run(
            onReady: { world.chain.setManners("a.test") { $0.fault = .refused } },
            until: { try world.state(of: request) == .orphaned }
        )
        world.chain.setManners("a.test") { $0.fault = nil }
        world.chain.join("b.test")

        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
        #expect(try world.history(of: request).contains("log back"))
        #expect(world.log.messages.contains("reorganisation"))
    }

    @Test("case 14: a node of another network is refused at the start")
    func anotherNetworkAtStart() async throws {
        let world = try RelayWorld()
        world.chain.setManners("chain.test") { $0.chainID = 999 }
        let problem = Preflight.Problem.anotherChain(configured: 1337, found: 999)

        await #expect(throws: problem) { try await world.run { false } }

        #expect(problem.description.contains("chain.id is 1337, but the node serves chain 999"))
        #expect(!world.log.messages.contains("ready"))
    }

    @Test("case 14: a new database is not begun while nodes have different genesis blocks")
    func nodesThatDifferAtTheFirstStart() async throws {
        var world = try RelayWorld()
        world.hosts = ["a.test", "b.test"]
        let other = "0x" + String(repeating: "ab", count: 32)
        world.chain.setManners("b.test") { manners in
            manners.lie = { method, parameters, result in
                guard method == "eth_getBlockByNumber", parameters.first?.string == "0x0" else { return result }
                return result.replacing("hash", .string(other))
            }
        }

        let problem = await #expect(throws: Preflight.Problem.self) { try await world.run { false } }

        let text = try #require(problem?.description)
        #expect(text.contains("a.test") && text.contains("b.test") && text.contains(other), "\(text)")
        // Whoever has the one chain on record goes on, and leaves the other node alone.
        world.chain.setManners("b.test") { $0.fault = .refused }
        let request = world.chain.request(spec: RelayWorld.spec)
        let first = world
        try await first.run(blocks: nil) { try first.state(of: request) != nil }
        world.chain.setManners("b.test") { $0.fault = nil }
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 14: a node that serves another network after a fail-over is expelled with its reason")
    func anotherNetworkAfterFailOver() async throws {
        let world = try await RelayWorld.ready(settle: 4) { $0.hosts = ["a.test", "b.test"] }
        world.chain.setManners("b.test") { $0.chainID = 999 }
        let began = world.time.now()
        let read = world.chain.callCount("eth_getLogs", at: "b.test")

        try await world.run(
            onReady: { world.chain.setManners("a.test") { $0.fault = .refused } },
            until: { world.time.now() > began + 60_000 }
        )

        #expect(world.chain.callCount("eth_getLogs", at: "b.test") == read)
        let expelled = world.log.records.first { $0.message == "node expelled" }
        #expect(expelled?.fields["reason"]?.contains("it serves chain 999, not 1337") == true)
        #expect(expelled?.fields["node"]?.contains("b.test") == true)
        world.chain.setManners("a.test") { $0.fault = nil }
        world.chain.request(spec: RelayWorld.spec)
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }
}
