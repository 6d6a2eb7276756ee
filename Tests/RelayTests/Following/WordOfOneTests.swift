import Ethereum
import JSON
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Telemetry
import Testing

/// What one node says alone decides nothing for good while others could be asked.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct WordOfOneTests {
    private static func two(
        settle: UInt64 = 6,
        _ change: (inout RelayWorld) -> Void = { _ in }
    ) async throws -> RelayWorld {
        try await RelayWorld.ready(settle: settle) { world in
            world.hosts = ["a.test", "b.test"]
            change(&world)
        }
    }

    // MARK: Gaps

    @Test("case 22: blocks that one node has lost are no gap while another one only rests")
    func noGapWhileAnotherRests() async throws {
        let world = try await Self.two(settle: 2)
        let old = world.chain.request(spec: RelayWorld.spec)
        world.chain.mine(3_000)
        world.chain.setManners("a.test") { $0.lookback = 100 }
        world.chain.setManners("b.test") { $0.fault = .refused }

        try await world.run(for: .seconds(300))

        #expect(try world.view.overview().gaps.isEmpty)
        #expect(world.log.records.contains { $0.fields["error"]?.contains("is not known") == true })
        world.chain.setManners("b.test") { $0.fault = nil }
        try await world.runUntilSettled()
        #expect(world.isSettledOnce(old))
        try world.expectCanonical(jobs: 1)
        #expect(try world.view.overview().gaps.isEmpty)
    }

    @Test("case 22: a node that is gone for good holds nobody up: the gap says that it was silent")
    func gapAfterAWhile() async throws {
        let world = try await Self.two(settle: 2)
        world.chain.mine(3_000)
        world.chain.setManners("a.test") { $0.lookback = 1_000 }
        world.chain.setManners("b.test") { $0.fault = .refused }
        let new = world.chain.request(spec: RelayWorld.spec)
        let began = world.time.now()

        try await world.run { try world.state(of: new) == .settled }

        #expect(world.time.now() - began >= 600_000)
        let gap = try #require(try world.view.overview().gaps.first)
        #expect(gap.reason.contains("silent: http://b.test"), "\(gap.reason)")
        #expect(!world.log.records.contains { $0.fields["error"]?.contains("do not fit together") == true })
    }

    @Test("case 22: blips of the node that has the blocks, with answers between, make no gap")
    func blipsMakeNoGap() async throws {
        let world = try await Self.two(settle: 2) { $0.options.follow.window = 5 }
        let old = world.chain.request(spec: RelayWorld.spec)
        world.chain.mine(3_000)
        world.chain.setManners("a.test") { $0.lookback = 100 }
        let end = world.time.now() + 2_000_000

        try await world.run {
            let isAway = world.time.now() / 20_000 % 2 == 0
            world.chain.setManners("b.test") { $0.fault = isAway ? .refused : nil }
            return try world.time.now() > end || world.nextBlock() + 200 > world.chain.head.number
        }

        #expect(try world.view.overview().gaps.isEmpty)
        world.chain.setManners("b.test") { $0.fault = nil }
        try await world.runUntilSettled()
        #expect(world.isSettledOnce(old))
    }

    @Test("case 22: a node that has not come so far does not keep the blocks either")
    func stuckNodeKeepsNothing() async throws {
        let world = try await Self.two(settle: 2)
        // Where it is now it stays.
        world.chain.fork("b.test")
        world.chain.mine(3_000)
        world.chain.setManners("a.test") { $0.lookback = 1_000 }
        world.chain.setManners("b.test") { $0.clampsRanges = true }
        let new = world.chain.request(spec: RelayWorld.spec)

        try await world.run(within: .seconds(3_000)) { try world.state(of: new) == .settled }

        let gap = try #require(try world.view.overview().gaps.first)
        #expect(gap.reason.contains("b.test") && gap.reason.contains("it does not have block"), "\(gap.reason)")
    }

    // MARK: Withdrawals

    /// Leaves out all logs, as if nobody had asked for anything.
    @Sendable private static func hides(_ method: String, _ parameters: [JSONValue], _ result: JSONValue) -> JSONValue {
        method == "eth_getLogs" ? [] : result
    }

    /// The contract's record of each job too, but not how many there are.
    @Sendable private static func hidesAll(
        _ method: String,
        _ parameters: [JSONValue],
        _ result: JSONValue
    ) -> JSONValue {
        guard method == "eth_call" else { return hides(method, parameters, result) }
        let call = parameters.first?["data"]?.string ?? parameters.first?["input"]?.string ?? ""
        guard call.hasPrefix("0x" + Hex.encode(JobBridgeABI.job.selector)) else { return result }
        return .string("0x" + String(repeating: "0", count: (result.string?.count ?? 2) - 2))
    }

    @Test("case 10: the second reading takes back nothing that the other node has", arguments: ["a.test", "b.test"])
    func hiddenBySecondReader(liar: String) async throws {
        let world = try await Self.two { $0.options.follow.readAgain(each: .seconds(5)) }
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run(blocks: nil) { try world.state(of: request) == .answered }
        // Nor do its contracts know of anything.
        world.chain.setManners(liar) { manners in
            manners.bloom = .missing
            manners.lie = Self.hidesAll
        }

        try await world.run(for: .seconds(300))

        #expect(world.counter("requests.withdrawn") == 0)
        #expect(try !world.history(of: request).contains("log gone"))
        world.chain.setManners(liar) { $0 = NodeManners() }
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 10: nor what the contract knows, at the very node that hides it")
    func hiddenByTheOnlyNode() async throws {
        let world = try await RelayWorld.ready(settle: 6) { $0.options.follow.readAgain(each: .seconds(5)) }
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run(blocks: nil) { try world.state(of: request) == .answered }
        world.chain.setManners("chain.test") { manners in
            manners.bloom = .missing
            manners.lie = Self.hides
        }

        try await world.run(for: .seconds(300))

        #expect(world.counter("requests.withdrawn") == 0)
        #expect(world.log.messages.contains { $0.hasPrefix("requests whose logs a node does not show") })
        #expect(!world.log.records.contains { $0.fields["outage.of"] == "second reading" })
        world.chain.setManners("chain.test") { $0 = NodeManners() }
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 10: what was taken back wrongly comes back by the contract's own count")
    func withdrawnAndFoundAgain() async throws {
        let world = try await RelayWorld.ready(settle: 3) { $0.options.follow.readAgain(each: .seconds(5)) }
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run(blocks: nil) { try world.state(of: request) == .answered }
        world.chain.setManners("chain.test") { manners in
            manners.bloom = .missing
            manners.lie = Self.hidesAll
        }
        try await world.run { world.counter("requests.withdrawn") == 1 }
        #expect(try world.state(of: request) == .orphaned)

        world.chain.setManners("chain.test") { $0 = NodeManners() }
        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 1)
        #expect(try world.history(of: request).contains("log back"))
    }

    @Test("case 10: nothing is taken back on one node's word while the others are silent for a moment")
    func hiddenWhileOthersAreSilent() async throws {
        let world = try await Self.two { $0.options.follow.readAgain(each: .seconds(5)) }
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run(blocks: nil) { try world.state(of: request) == .answered }
        world.chain.setManners("b.test") { manners in
            manners.bloom = .missing
            manners.lie = Self.hidesAll
        }
        let end = world.time.now() + 300_000

        // The other one is there for ten seconds of each twenty.
        try await world.run {
            let isAway = world.time.now() / 10_000 % 2 == 0
            world.chain.setManners("a.test") { $0.fault = isAway ? .refused : nil }
            return world.time.now() > end
        }

        #expect(world.counter("requests.withdrawn") == 0)
        world.chain.setManners("a.test") { $0.fault = nil }
        world.chain.setManners("b.test") { $0 = NodeManners() }
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }

    // MARK: Reorganisations

    @Test("case 11: while the honest node is away for a moment a fork takes nothing back")
    func blip() async throws {
        let world = try await Self.two(settle: 12)
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run(blocks: nil) { try world.state(of: request) == .answered }
        world.chain.fork("b.test")
        world.chain.mineFork("b.test", 6, replacing: 3)
        let began = world.time.now()

        try await world.run(
            onReady: { world.chain.setManners("a.test") { $0.fault = .refused } },
            until: { world.time.now() > began + 20_000 }
        )
        world.chain.setManners("a.test") { $0.fault = nil }
        try await world.run(for: .seconds(120))

        #expect(world.counter("chain.reorgs") == 0)
        #expect(world.counter("requests.orphaned") == 0)
        world.chain.join("b.test")
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
        #expect(try !world.history(of: request).contains("log gone"))
    }

    @Test("case 9: half a minute of lies below what was final halts nothing, and nothing is sent meanwhile")
    func shortLie() async throws {
        let world = try await RelayWorld.ready(settle: 3, blocks: 20)
        try await world.lengthen()
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run(blocks: nil) { try world.state(of: request) == .answered }
        world.chain.mine(4)
        world.chain.fork("chain.test")
        world.chain.mineFork("chain.test", 16, replacing: 12)
        let began = world.time.now()

        try await world.run(blocks: nil) { world.time.now() > began + 25_000 }

        #expect(world.chain.callCount("eth_sendRawTransaction") == 0)
        #expect(try world.view.overview().chain.halt == nil)
        world.chain.join("chain.test")
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
        #expect(try world.view.overview().chain.halt == nil)
    }

    @Test("case 11: of two nodes that differ neither makes a block final, and both are read from meanwhile")
    func tie() async throws {
        let world = try await Self.two(settle: 3)
        world.chain.fork("b.test")
        world.chain.mine(2)
        world.chain.mineFork("b.test", 2)
        let request = world.chain.request(spec: RelayWorld.spec)
        world.chain.mineFork("b.test", 1)
        let block = world.chain.head.number
        try await world.run(until: {
            world.chain.mineFork("b.test", 1)
            return world.log.records.contains { $0.fields["outage.of"] == "finality" }
        })
        try await world.run { try world.nextBlock() > block + 5 }

        #expect(try world.view.overview().chain.final.map { $0.number < block } ?? true)
        #expect(world.chain.callCount("eth_sendRawTransaction") == 0)
        world.chain.join("b.test")
        try await world.runUntilSettled()
        #expect(world.isSettledOnce(request))
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 11: a tie is not broken by a blip of the other node, nor does it expel anybody")
    func tieWithABlip() async throws {
        let world = try await Self.two(settle: 3)
        world.chain.fork("b.test")
        world.chain.mine(2)
        world.chain.mineFork("b.test", 2)
        world.chain.request(spec: RelayWorld.spec)
        world.chain.mineFork("b.test", 1)
        let block = world.chain.head.number
        let end = world.time.now() + 900_000

        try await world.run {
            world.chain.mineFork("b.test", 1)
            // For ten seconds of each hundred it does not answer.
            let isAway = world.time.now() / 10_000 % 10 == 0
            world.chain.setManners("b.test") { $0.fault = isAway ? .refused : nil }
            return world.time.now() > end
        }

        #expect(world.chain.callCount("eth_sendRawTransaction") == 0)
        #expect(try world.view.overview().chain.final.map { $0.number < block } ?? true)
        #expect(world.counter("nodes.expelled") == 0)
        world.chain.join("b.test")
        world.chain.setManners("b.test") { $0.fault = nil }
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 11: an answer on a branch that only one of two nodes has is not settled for good by its word")
    func receiptInATie() async throws {
        let world = try await Self.two(settle: 2) { $0.options.follow.receipt = FinalityRule(blocks: 4) }
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run { world.chain.callCount("eth_sendRawTransaction") > 0 }
        // From here on the second node is elsewhere.
        world.chain.fork("b.test")
        world.chain.mine()
        world.chain.mineFork("b.test", 1)
        let end = world.time.now() + 300_000

        try await world.run {
            world.chain.mineFork("b.test", 1)
            return world.time.now() > end
        }

        #expect(try world.state(of: request) == .settling)
        world.chain.join("b.test")
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 11: a backup that is gone for good holds up finality for a minute, not for ever")
    func backupGone() async throws {
        let world = try await Self.two(settle: 3)
        world.chain.setManners("b.test") { $0.fault = .refused }
        let request = world.chain.request(spec: RelayWorld.spec)
        let began = world.time.now()

        try await world.run { world.allSettled([request]) }

        #expect(world.time.now() - began < 240_000, "\(world.time.now() - began) ms")
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 11: nodes that lag do not outvote the one that is ahead")
    func laggards() async throws {
        let world = try await RelayWorld.ready(settle: 2) { $0.hosts = ["a.test", "b.test", "c.test"] }
        for host in ["b.test", "c.test"] { world.chain.setManners(host) { $0.lag = 5 } }
        let request = world.chain.request(spec: RelayWorld.spec)
        let began = world.time.now()

        try await world.run { world.allSettled([request]) }

        #expect(world.time.now() - began < 240_000, "\(world.time.now() - began) ms")
        #expect(world.counter("nodes.expelled") == 0)
        #expect(!world.log.records.contains { $0.fields["error"]?.contains("is not final") == true })
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 14: from the first final block on a node is known by it, in the first run too")
    func anchorOfTheFirstRun() async throws {
        let world = try await Self.two(settle: 3)
        world.chain.fork("b.test")
        let request = world.chain.request(spec: RelayWorld.spec)
        let changes = Recorder<Bool>()
        let starts = Recorder<Bool>()

        try await world.run(
            onReady: { starts.record(true) },
            until: {
                guard starts.count > 0 else { return false }
                guard try world.view.overview().chain.anchor != nil else { return false }
                // Another chain from the start, behind the same address; and it is its turn.
                if changes.count == 0 {
                    changes.record(true)
                    world.chain.mineFork("b.test", 30, replacing: Int(world.chain.head.number) + 100)
                    world.chain.setManners("a.test") { $0.fault = .refused }
                }
                return world.log.messages.contains("node expelled")
            }
        )

        let reason = world.log.records.first { $0.message == "node expelled" }?.fields["reason"]
        #expect(reason?.contains("it was reset, or is on a fork") == true, "\(reason ?? "none")")
        world.chain.setManners("a.test") { $0.fault = nil }
        world.chain.join("b.test")
        try await world.runUntilSettled()
        #expect(world.isSettledOnce(request))
        try world.expectCanonical(jobs: 1)
    }
}
