import Ethereum
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Synchronization
import Telemetry
import Testing
import Transport

/// What hangs, fails or is slow costs a bounded number of calls, and delays what it must and nothing else.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct HostileLoadTests {
    /// A node that serves heads and logs, and no calls.
    @Test func asksSeldomForWhatTheNodeDoesNotServe() async throws {
        let world = try RelayWorld()
        for _ in 0..<4 { world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: 50)) }
        let from = world.time.now()
        let calls = Mutex<[Int]>([])
        try await world.run(
            onReady: { failAdmission(world) },
            until: {
                let minute = Int((world.time.now() - from) / 60_000)
                calls.withLock { calls in
                    while calls.count <= minute { calls.append(world.chain.callCount("eth_call")) }
                }
                return minute >= 6
            }
        )
        let counts = calls.withLock { $0 }
        let perMinute = zip(counts.dropFirst(), counts).map { $0 - $1 }
        // However many wait, one asks; and the count of jobs is asked for every other minute.
        #expect(perMinute.last ?? .max <= 4, "\(perMinute) calls in each minute")
        #expect(perMinute.last ?? 0 > 0, "\(perMinute) calls in each minute")
    }

    /// However much waits to be settled, a node that is away is asked as if it were little.
    @Test func asksSeldomANodeThatIsAwayWhileMuchIsToBeSettled() async throws {
        let world = try RelayWorld(settle: 30)
        var requests: [FakeRequest] = []
        for _ in 0..<4 { requests += world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: 50)) }
        try await world.run(blocks: nil) {
            let answered = try StoreView(path: world.database).overview().counts.first { $0.state == .answered }
            return answered?.count == 200
        }
        world.chain.mine(40)
        let from = world.time.now()
        let calls = Mutex<Int?>(nil)
        try await world.run(
            blocks: nil,
            onReady: { world.chain.failNext("eth_maxPriorityFeePerGas", with: .refused, count: 1_000_000) },
            until: {
                let now = world.time.now()
                if now - from >= 300_000, calls.withLock({ $0 }) == nil {
                    calls.withLock { $0 = world.chain.httpCallCount }
                }
                return now - from >= 360_000
            }
        )

        let perMinute = world.chain.httpCallCount - (calls.withLock { $0 } ?? 0)
        #expect(perMinute < 40, "\(perMinute) calls in a minute")
        #expect(try StoreView(path: world.database).overview().held.first?.reason?.contains("chain.test") == true)
        world.chain.clearFaults()
        try await world.runUntilClosed(requests)
    }

    /// The node is away when the only answer is to be sent, and nothing else would find out that it is back.
    @Test func sendsTheOnlyAnswerWhenTheNodeIsBack() async throws {
        let world = try RelayWorld(settle: 1)
        world.chain.failNext("eth_maxPriorityFeePerGas", with: .refused, count: 6)
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilClosed([request], within: .seconds(120))

        #expect(world.isSettledOnce(request))
    }

    /// Whoever waits for a node that hangs does not ask the disk meanwhile.
    @Test func restsWhileTheOneThatGoesFirstWaits() async throws {
        let world = try RelayWorld()
        let requests = world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: 3))
        let looks = Mutex<Int>(0)
        let from = world.time.now()
        try await world.run(
            onReady: { world.chain.failNext("eth_call", with: .late(.seconds(3_600)), count: 8) },
            until: {
                looks.withLock { $0 += 1 }
                return world.time.now() - from > 60_000
            }
        )
        // The clock goes from one timer to the next: one that always rings again would hold it up.
        #expect(looks.withLock { $0 } < 2_000, "\(looks.withLock { $0 })")
        try await world.runUntilClosed(requests)
    }

    @Test func speaksOnceOfAnOrchestratorThatDeniesAccess() async throws {
        let world = try RelayWorld()
        let requests = world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: 20))
        world.bacalhau.failNext("PUT jobs", with: .status(403, "Forbidden"), count: 100_000)
        try await world.run { world.bacalhau.callCount("PUT jobs") >= 20 }
        let from = world.time.now()
        try await world.run { world.time.now() >= from + 300_000 }

        let spoken = world.log.records.filter { $0.level >= .warning }.map(\.message)
        #expect(spoken.count <= 12, "\(spoken.count): \(Set(spoken))")
        #expect(spoken.count >= 1)
        #expect(requests.count == 20)
    }

    @Test func speaksOfAnOrchestratorThatFailsAtSubmissionsOnly() async throws {
        let world = try RelayWorld()
        let request = world.chain.request(spec: RelayWorld.spec)
        world.bacalhau.failNext("PUT jobs", with: .status(500, "Internal server error"), count: 12)

        try await world.runUntilClosed([request])

        let spoken = world.log.records.filter { $0.level >= .warning }
        #expect(spoken.contains { $0.fields["error"]?.contains("Internal server error") == true }, "\(spoken)")
        #expect(spoken.count <= 4, "\(spoken)")
    }

    @Test func believesNoRetryAfterOfADay() async throws {
        let world = try RelayWorld()
        let answer = HTTPResponse(
            status: 429,
            headers: [HTTPRequest.Header("Retry-After", "86400")],
            body: Array("slow down".utf8)
        )
        world.chain.failNext("eth_getLogs", with: Fault(.answer(answer), takesEffect: false))
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilClosed([request], within: .seconds(900))

        #expect(world.isSettledOnce(request))
    }

    /// As many jobs as may run hang at the orchestrator, each call until its time is over.
    @Test func settlesAndAdmitsWhileJobsHangAtTheOrchestrator() async throws {
        let wire = HangingJobs()
        var world = try RelayWorld { _ in FakeJobScript(.completes(FakeRun(stdout: "hello\n")), after: .seconds(20)) }
        wire.inner.withLock { [bacalhau = world.bacalhau] in $0 = bacalhau }
        wire.time.withLock { [time = world.time] in $0 = time }
        world.bacalhauWire = wire
        world.options.compute.maxRunningJobs = 16
        let hanging = world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: 15))
        let ready = world
        try await ready.run { ready.bacalhau.jobs.count == 15 }
        wire.hang(ready.bacalhau.jobs.map(\.name))
        let good = ready.chain.request(spec: RelayWorld.spec)
        let from = ready.time.now()

        try await ready.run(within: .seconds(300)) { ready.allSettled([good]) }

        #expect(ready.time.now() - from <= 120_000, "\(ready.time.now() - from)")
        #expect(!ready.allSettled(hanging))
    }

    @Test func copesWithANodeThatTakesFiveSecondsForEachCall() async throws {
        let world = try RelayWorld()
        let requests = world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: 20))
        world.chain.setOutage(.late(.seconds(5)))
        let from = world.time.now()

        try await world.runUntilClosed(requests, within: .seconds(7_200))

        let took = (world.time.now() - from) / 1_000
        #expect(took <= 1_800, "\(took) s")
        #expect(world.chain.revertedTransactions(of: world.account.address).isEmpty)
        #expect(world.log.messages.count { $0 == "not reachable" } == 0)
    }

    /// Timers, tasks and listeners of a relayer that has work all the time.
    @Test func keepsNoMoreTimersTheLongerItRuns() async throws {
        let world = try RelayWorld { _ in FakeJobScript(.completes(FakeRun(stdout: "x")), after: .seconds(40)) }
        let most = Mutex<[Int64: Int]>([:])
        let from = world.time.now()
        try await world.run(within: .seconds(4_000)) {
            let second = (world.time.now() - from) / 1_000
            most.withLock { $0[second / 120] = max($0[second / 120] ?? 0, world.time.sleeperCount) }
            if world.chain.state.jobs.count < second / 5 { world.chain.request(spec: RelayWorld.spec) }
            return second >= 600
        }
        let counts = most.withLock { $0 }.sorted { $0.key < $1.key }.map(\.value)
        #expect((counts.last ?? .max) <= (counts.dropFirst().first ?? 0) + 10, "\(counts)")
        #expect(counts.allSatisfy { $0 < 120 }, "\(counts)")
    }

    private func failAdmission(_ world: RelayWorld) {
        world.chain.failNext("eth_call", with: .refused, count: 1_000_000)
    }
}

/// Jobs of these names are never answered for.
private final class HangingJobs: HTTPTransport {
    let inner = Mutex<FakeBacalhau?>(nil)
    let time = Mutex<ManualTime?>(nil)
    private let names = Mutex<[String]>([])

    func hang(_ names: [String]) { self.names.withLock { $0 = names } }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let hangs = names.withLock { $0.contains { request.url.contains($0) } }
        guard let inner = inner.withLock({ $0 }), let time = time.withLock({ $0 }) else { throw .shutDown }
        guard hangs else { return try await inner.send(request) }
        do { try await time.sleep(for: request.totalTimeout) } catch { throw .cancelled }
        throw .timedOut
    }
}
