import Ethereum
import JSON
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Telemetry
import Testing
import Transport

/// Nodes that fail, flood, refuse, or invent.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct HostileNodeTests {
    static let faults: [Fault] = [
        .timedOut, .late(.seconds(300)), .answerDropped, .status(200, "<html>Welcome</html>"), .status(200, ""),
        .status(200, "[]"), .status(200, #"{"jsonrpc":"2.0","id":1}"#), .status(502, "<html>Bad Gateway</html>"),
        Fault(.error(.tooLarge(limit: 68 << 20)), takesEffect: false),
        .status(200, #"[{"jsonrpc":"2.0","id":1,"result":[]}]"#),
    ]

    @Test("case 30: whatever a node answers, nothing hangs and the cursor does not pass it", arguments: faults.indices)
    func badAnswers(index: Int) async throws {
        let world = try await RelayWorld.ready(settle: 3)
        world.chain.request(spec: RelayWorld.spec)
        let block = world.chain.head.number

        try await world.run(
            blocks: nil,
            onReady: { world.chain.failNext("eth_getLogs", with: Self.faults[index], count: 10_000) },
            until: { world.log.messages.contains("not reachable") }
        )
        try await world.run(for: .seconds(60))

        #expect(try world.nextBlock() == block)
        #expect(try world.requests.isEmpty)
        let text = world.log.records.first { $0.message == "not reachable" }?.fields["error"]
        #expect(text?.contains("http://chain.test") == true, "\(text ?? "none")")
        world.chain.clearFaults()
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 30: a node that hangs is passed over for one that answers")
    func hangs() async throws {
        let world = try await RelayWorld.ready(settle: 3) { $0.hosts = ["a.test", "b.test"] }
        world.chain.setManners("a.test") { $0.fault = .late(.seconds(3_600)) }
        let request = world.chain.request(spec: RelayWorld.spec)
        let began = world.time.now()

        try await world.run { world.allSettled([request]) }

        #expect(world.time.now() - began < 600_000, "\(world.time.now() - began) ms")
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }

    private static func quota(_ seconds: Int) -> Fault {
        let body = #"{"jsonrpc":"2.0","id":1,"error":{"code":429,"message":"daily request count exceeded"}}"#
        let headers = [HTTPRequest.Header("Retry-After", "\(seconds)")]
        return Fault(
            .answer(HTTPResponse(status: 429, headers: headers, body: Array(body.utf8))),
            takesEffect: false
        )
    }

    @Test("case 31: a node that asks for patience gets it, and its reason is said")
    func retryAfter() async throws {
        let world = try await RelayWorld.ready(settle: 3)
        world.chain.request(spec: RelayWorld.spec)
        let calls = Recorder<Int>()

        try await world.run(
            onReady: {
                world.chain.setManners("chain.test") { $0.fault = Self.quota(120) }
                calls.record(world.chain.httpCallCount)
            },
            until: { [end = world.time.now() + 600_000] in world.time.now() > end }
        )

        let made = world.chain.httpCallCount - (calls.last ?? 0)
        #expect(made < 40, "\(made) calls in ten minutes, where one in two minutes was asked for")
        let spoken = world.log.records.first { $0.message == "not reachable" && $0.fields["outage.of"] == "chain node" }
        #expect(spoken?.fields["error"]?.contains("daily request count exceeded") == true)
        world.chain.setManners("chain.test") { $0.fault = nil }
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 31: while one node's quota is used up another one serves at once")
    func anotherNodeServes() async throws {
        let world = try await RelayWorld.ready(settle: 3) { $0.hosts = ["a.test", "b.test"] }
        world.chain.setManners("a.test") { $0.fault = Self.quota(3_600) }
        let request = world.chain.request(spec: RelayWorld.spec)
        let began = world.time.now()

        try await world.run { world.allSettled([request]) }

        #expect(world.time.now() - began < 120_000)
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
        #expect(world.chain.requests(to: "a.test") < 40)
    }

    /// The log of a request that nobody made, in the newest block.
    @Sendable private static func invents(_ method: String, _ parameters: [JSONValue], _ result: JSONValue) -> JSONValue
    {
        guard method == "eth_getLogs", let logs = result.array, let log = logs.last else { return result }
        let topics = log["topics"]?.array ?? []
        let job = JSONValue.string("0x" + String(repeating: "0", count: 62) + "63")
        let invented = log.replacing("topics", .array(Array(topics.prefix(1)) + [job] + topics.dropFirst(2)))
            .replacing("logIndex", "0x63")
        return .array(logs + [invented])
    }

    @Test("case 32: a log that one of two nodes invents is not believed where both must agree")
    func inventedAgainstQuorum() async throws {
        let world = try await RelayWorld.ready(settle: 3) { world in
            world.hosts = ["a.test", "b.test"]
            world.options.follow.quorum = 2
        }
        world.chain.setManners("a.test") { $0.lie = Self.invents }
        world.chain.request(spec: RelayWorld.spec)
        let block = world.chain.head.number

        try await world.run(for: .seconds(120))

        #expect(try world.nextBlock() == block)
        #expect(try world.requests.isEmpty && world.bacalhau.jobs.isEmpty)
        #expect(world.counter("quorum.missed") > 0)
        #expect(world.log.records.contains { $0.fields["error"]?.contains("must give the same logs") == true })
        world.chain.setManners("a.test") { $0.lie = nil }
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 32: a request that one of two nodes invents in its contract too is not believed where both must agree")
    func inventedInTheCount() async throws {
        let world = try await RelayWorld.ready(settle: 3) { world in
            world.hosts = ["a.test", "b.test"]
            world.options.follow.quorum = 2
            world.options.follow.readAgain(each: .seconds(5))
        }
        let request = world.chain.request(spec: RelayWorld.spec)
        let block = world.chain.head.number
        try await world.run { try world.view.overview().cursors.allSatisfy { $0.secondBlock > block } }
        try await world.runUntilSettled()
        let lie = try InventedJob(like: request, in: world.chain)
        // The backup is the one that is asked for the contracts' counts.
        world.chain.setManners("b.test") { $0.lie = lie.tell }

        try await world.run(for: .seconds(300))

        #expect(
            lie.told.all.contains("eth_call") && lie.told.all.contains("eth_getLogs"),
            "its contract has been asked"
        )
        #expect(try world.requests.count == 1)
        #expect(try world.nextBlock() > block, "and nothing stands still for it")
        #expect(world.log.records.contains { $0.fields["outage.of"] == "count of jobs" })
        world.chain.setManners("b.test") { $0.lie = nil }
        world.chain.request(spec: RelayWorld.spec + " ")
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 2)
    }

    @Test("case 32: two honest nodes of three outvote the one that invents")
    func inventedAgainstTwoOfThree() async throws {
        let world = try await RelayWorld.ready(settle: 3) { world in
            world.hosts = ["a.test", "b.test", "c.test"]
            world.options.follow.quorum = 2
        }
        world.chain.setManners("a.test") { $0.lie = Self.invents }
        world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 1)
    }

    @Test("case 32: with honest nodes down for the quorum nothing is read")
    func honestNodesForcedDown() async throws {
        let world = try await RelayWorld.ready(settle: 3) { world in
            world.hosts = ["a.test", "b.test"]
            world.options.follow.quorum = 2
        }
        world.chain.setManners("a.test") { $0.lie = Self.invents }
        world.chain.setManners("b.test") { $0.fault = .refused }
        world.chain.request(spec: RelayWorld.spec)

        try await world.run(for: .seconds(120))

        #expect(try world.requests.isEmpty && world.bacalhau.jobs.isEmpty)
        #expect(world.chain.callCount("eth_sendRawTransaction") == 0)
    }

    @Test("case 28: what is no log for some answers is asked for again, and is not lost")
    func malformedForAWhile() async throws {
        let world = try await RelayWorld.ready(settle: 3) { $0.hosts = ["a.test", "b.test"] }
        world.chain.setManners("a.test") { manners in
            manners.lie = { method, _, result in
                guard method == "eth_getLogs", let log = result.array?.last else { return result }
                return .array([log.replacing("topics", .string("none"))])
            }
        }
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.run { world.allSettled([request]) }

        #expect(world.counter("logs.rejected") == 0)
        #expect(world.counter("requests.missedAtFirst") == 0)
        #expect(world.log.records.contains { $0.fields["error"]?.contains("of the logs are none") == true })
    }

    @Test("case 32: without a quorum the contract's own record keeps an invented log from being worked for")
    func inventedAgainstTheContract() async throws {
        let world = try await RelayWorld.ready(settle: 3) { $0.options.compute.unknownTime = .seconds(120) }
        world.chain.setManners("chain.test") { $0.lie = Self.invents }
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.run { try world.allClosed() && world.allSettled([request]) }

        #expect(world.bacalhau.jobs.count == 1)
        #expect(world.chain.minedCount(of: world.account.address) == 1)
        let invented = try #require(try world.requests.first { $0.request.observed.jobID == 99 })
        #expect([.dead, .orphaned].contains(invented.request.state))
    }
}
