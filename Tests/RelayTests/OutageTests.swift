import JSON
import RelayCore
import RelayStore
import RelayTestSupport
import Synchronization
import Telemetry
import Testing

/// What is gone for a minute is waited for, spoken of once, and found again.
@Suite(.timeLimit(.minutes(2)))
struct OutageTests {
    @Test func waitsForTheChainNode() async throws {
        let world = try RelayWorld()
        let request = world.chain.request(spec: RelayWorld.spec)
        world.chain.setOutage(.refused)
        let end = world.time.now() + 60_000
        try await world.run { world.time.now() >= end }
        #expect(world.log.messages.count { $0 == "not reachable" } == 1)
        let calls = world.chain.httpCallCount
        #expect(calls < 60, "\(calls) calls in a minute")
        world.chain.setOutage(nil)

        try await world.runUntilClosed([request])

        #expect(world.isSettledOnce(request))
    }

    /// Both go away for two minutes while a request is on its way.
    @Test(arguments: [RequestState.observed, .submitted, .answered, .settling])
    func goesOnWhereItWas(state: RequestState) async throws {
        // Each state lasts for long enough to be seen, however busy the machine is.
        let world = try RelayWorld(start: 10, settle: 20, receipt: 10) { _ in
            FakeJobScript(.completes(FakeRun(stdout: "hello\n")), after: .seconds(10))
        }
        let request = world.chain.request(spec: RelayWorld.spec)
        let began = Mutex<Int64?>(nil)

        try await world.run {
            let now = world.time.now()
            guard let start = began.withLock({ $0 }) else {
                guard try world.state(of: request) == state else { return false }
                began.withLock { $0 = now }
                world.chain.setOutage(.refused)
                world.bacalhau.setOutage(.refused)
                return false
            }
            if now - start >= 120_000 {
                world.chain.setOutage(nil)
                world.bacalhau.setOutage(nil)
            }
            return try now - start >= 120_000 && world.allClosed()
        }

        #expect(world.isSettledOnce(request))
        #expect(world.bacalhau.jobs.map(\.version) == [1])
        let spoken = world.log.records.filter { $0.message.contains("not reachable") }
        let ofNode = spoken.count { $0.fields["outage.of"] == "chain node" }
        #expect((1...3).contains(ofNode), "\(spoken)")
    }

    /// Who follows is answered, and who settles is not, or the other way round: both are asked all the time.
    @Test(arguments: [("eth_getLogs", "chain node"), ("eth_getTransactionReceipt", "chain node (settlement)")])
    func ofWhatOneMissesNoOthersLuckSaysThatItIsBack(method: String, what: String) async throws {
        let world = try RelayWorld(receipt: 200)
        let request = world.chain.request(spec: RelayWorld.spec)
        let began = Mutex<Int64?>(nil)

        try await world.run {
            let now = world.time.now()
            if let start = began.withLock({ $0 }) { return now - start >= 120_000 }
            guard try world.state(of: request) == .settling else { return false }
            began.withLock { $0 = now }
            world.chain.failNext(method, with: .status(503), count: 10_000)
            return false
        }

        let spoken = world.log.records.filter { $0.fields["outage.of"] != nil }
        #expect(Set(spoken.compactMap { $0.fields["outage.of"] }) == [what], "\(spoken)")
        #expect(!spoken.contains { $0.message == "reachable again" }, "\(spoken)")
        #expect(spoken.first?.fields["setting"] == "chain.rpc")
        let report = try StoreView(path: world.database).overview().report
        let tree = try report.map { try JSONValue.parse(Array($0.json.utf8)) }
        #expect(tree?["unreachable"]?.array?.compactMap(\.string) == [what])
    }

    @Test func waitsForTheOrchestrator() async throws {
        let world = try RelayWorld()
        try await world.run { world.log.messages.contains("ready") }
        let request = world.chain.request(spec: RelayWorld.spec)
        // It goes away once the relayer runs: the first job meets it.
        let end = world.time.now() + 60_000
        try await world.run(onReady: { world.bacalhau.setOutage(.refused) }, until: { world.time.now() >= end })
        let speeches = world.log.messages.filter { $0 == "not reachable" || $0 == "still not reachable" }
        #expect(speeches.count <= 2, "\(speeches)")
        #expect(world.bacalhau.jobs.isEmpty)
        let waiting = try StoreView(path: world.database).overview().held
        #expect(waiting.count == 1 && waiting.first?.reason?.contains("http://bacalhau.test") == true, "\(waiting)")
        world.bacalhau.setOutage(nil)

        try await world.runUntilClosed([request])

        #expect(world.isSettledOnce(request))
        #expect(try world.listed(request)?.reason == nil)
        #expect(world.bacalhau.jobs.map(\.version) == [1])
    }
}
