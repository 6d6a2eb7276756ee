import Ethereum
import JSON
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Telemetry
import Testing
import Transport

/// What lies far behind the head holds up nobody at the head.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct BacklogTests {
    @Test("case 21: a contract that is new and begins long ago does not hold up the others")
    func newContractWithAnOldStart() async throws {
        var world = try await RelayWorld.ready(settle: 3) { $0.options.follow.window = 10 }
        world.chain.mine(1_500)
        try await world.readToHead()
        let other = world.chain.deployAnother()
        world.options.contracts.append(Relayer.Contract(address: other, startBlock: 0))
        // Each range takes a second, so that the past takes minutes.
        world.chainWire = LogsWire(inner: world.chain) { [time = world.time] (_) async throws(HTTPError) in
            do { try await time.sleep(for: .seconds(1)) } catch { throw .cancelled }
        }
        let request = world.chain.request(spec: RelayWorld.spec)
        let began = world.time.now()
        let slow = world

        try await slow.run { slow.allSettled([request]) }

        #expect(slow.time.now() - began < 120_000, "\(slow.time.now() - began) ms")
        let behind = try #require(try slow.view.overview().cursors.first { $0.address == other })
        #expect(behind.nextBlock + 500 < slow.chain.head.number, "the past has not been read yet")
        world.chainWire = nil
        let fast = world
        try await fast.run { try fast.nextBlock() > fast.chain.head.number }
        try await fast.runUntilSettled()
        try fast.expectCanonical(jobs: 1)
    }

    @Test("case 30: a past that cannot be read, or is refused for ever, holds up nothing of the present")
    func pastThatCannotBeRead() async throws {
        var world = try await RelayWorld.ready(settle: 3) { world in
            world.options.follow.window = 50
            world.options.follow.readAgain(each: .seconds(10))
        }
        world.chain.mine(1_500)
        let read = world
        try await read.run { try read.view.overview().cursors.allSatisfy { $0.secondBlock > 1_490 } }
        let other = world.chain.deployAnother()
        world.options.contracts.append(Relayer.Contract(address: other, startBlock: 0))
        // The node takes too long for it, as for all that is old.
        let past = world.chain.head.number - 100
        world.chainWire = LogsWire(inner: world.chain) { (block) throws(HTTPError) in
            if block < past { throw .timedOut }
        }
        let request = world.chain.request(spec: RelayWorld.spec)
        let broken = world

        try await broken.run { broken.allSettled([request]) }
        let block = broken.chain.head.number
        try await broken.run(within: .seconds(600)) {
            try broken.view.overview().cursors.contains { $0.address != other && $0.secondBlock > block }
        }

        #expect(broken.log.records.contains { $0.fields["outage.of"] == "chain node" })
        #expect(try broken.view.overview().cursors.contains { $0.address == other && $0.nextBlock < 1_500 })
        world.chainWire = nil
        let mended = world
        try await mended.run { try mended.nextBlock() > mended.chain.head.number }
        try await mended.runUntilSettled()
        try mended.expectCanonical(jobs: 1)
    }

    @Test("case 8: a backup that is behind for good does not keep the second reading from the node that is not")
    func backupBehindForGood() async throws {
        let world = try await RelayWorld.ready(settle: 3) { world in
            world.hosts = ["a.test", "b.test"]
            world.options.follow.readAgain(each: .seconds(10))
        }
        world.chain.mine(60)
        world.chain.setManners("b.test") { $0.lag = 50 }
        let block = world.chain.head.number

        try await world.run(within: .seconds(600)) {
            try world.view.overview().cursors.allSatisfy { $0.secondBlock > block }
        }

        #expect(world.counter("chain.readOnce") == 0)
    }

    @Test("case 7: a node that wants small ranges at the second reading does not make those of the first small")
    func smallRangesAtTheSecondReading() async throws {
        let world = try await RelayWorld.ready(settle: 3) { world in
            world.hosts = ["a.test", "b.test"]
            world.options.follow.readAgain(each: .seconds(5))
        }
        world.chain.setManners("b.test") { $0.mostLogs = 1 }
        world.chain.requests(specs: [RelayWorld.spec, RelayWorld.spec])
        let block = world.chain.head.number
        let (calls, head) = (Recorder<Int>(), Recorder<UInt64>())

        try await world.run(within: .seconds(1_200)) {
            if let head = head.last { return try world.nextBlock() > head }
            guard try world.view.overview().cursors.allSatisfy({ $0.secondBlock > block }) else { return false }
            calls.record(world.chain.callCount("eth_getLogs", at: "a.test"))
            world.chain.mine(1_000)
            head.record(world.chain.head.number)
            return false
        }

        let made = world.chain.callCount("eth_getLogs", at: "a.test") - (calls.last ?? 0)
        #expect(made < 12, "\(made) calls for 1,000 blocks")
    }

    @Test("case 22: the second reading of what one node has lost is done by the other")
    func secondReadingBeyondTheLookBack() async throws {
        let world = try await RelayWorld.ready(settle: 3) { world in
            world.hosts = ["a.test", "b.test"]
            world.options.follow.readAgain(each: .seconds(10))
        }
        world.chain.setManners("b.test") { $0.lookback = 0 }
        world.chain.failNext("eth_getLogs", with: .result([]), at: "a.test")
        world.chain.setManners("a.test") { $0.bloom = .full }
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.run { world.allSettled([request]) }

        #expect(world.counter("chain.readOnce") == 0)
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 22: where no node goes back so far the second reading is left out, with a word of it")
    func secondReadingOfWhatIsLost() async throws {
        let world = try await RelayWorld.ready(settle: 5) { world in
            world.options.follow.readAgain(each: .seconds(10))
            world.options.follow.longestTail = 0
            // So that each block is linked to the next, and none has to be asked for again.
            world.options.follow.pollInterval = .seconds(1)
        }
        world.chain.mine(20)
        try await world.readToHead()
        world.chain.setManners("chain.test") { $0.lookback = 3 }
        let block = world.chain.head.number

        try await world.run(within: .seconds(600)) {
            try world.view.overview().cursors.allSatisfy { $0.secondBlock > block }
        }

        #expect(world.counter("chain.readOnce") > 0)
        #expect(world.log.messages.contains { $0.hasPrefix("blocks cannot be read for the second time") })
    }
}
