import Ethereum
import JSON
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import SQLite
import Synchronization
import Telemetry
import Testing
import Transport

/// Several orchestrators of which one answers and does nothing, has no room, or is not the one that a job went to.
@Suite(.timeLimit(.minutes(5)))
struct OrchestratorTroubleTests {
    private func result(_ text: String) -> FakeSettlement.Answer { .fulfilled(resultType: 1, result: text) }

    private func places(_ world: RelayWorld, _ request: FakeRequest) throws -> [String?] {
        try world.dossier(of: request)?.jobs.map(\.orchestrator) ?? []
    }

    /// It would run for an hour more, and for nobody.
    @Test func stopsWhatWasLeftWhereTheFirstComesBack() async throws {
        let (world, spare) = try OrchestratorsTests.world(main: { _ in
            FakeJobScript(.completes(FakeRun(stdout: "main\n")), after: .seconds(3_600))
        })
        let wire = DyingServer(world.bacalhau, dyingAt: nil)
        var dying = world
        dying.bacalhauWire = wire
        let request = world.chain.request(spec: RelayWorld.spec)
        try await dying.run {
            if try world.state(of: request) == .submitted, world.counters["jobs.moved"] == 0 { wire.die() }
            guard world.allSettled([request]) else { return false }
            wire.revive()
            return world.counters["jobs.leftStopped"] == 1
        }
        #expect(world.bacalhau.jobs.map(\.state) == [.stopped] && spare.callCount("DELETE job") == 0)
        let calls = try world.dossier(of: request)?.calls.filter { $0.kind == .stop } ?? []
        #expect(calls.map(\.attempt) == [1])
        #expect(calls.first?.outcome.contains("gone on without it") == true)
        // Not again, and the one that counts was not touched.
        try await world.run(until: { world.bacalhau.callCount("GET nodes") > 4 })
        #expect(world.bacalhau.callCount("DELETE job") == 1 && world.answer(to: request) == result("spare\n"))
    }

    /// It answers each submission with an error, or with "later", for longer than a useful answer is waited for.
    @Test(arguments: [500, 503, 429]) func movesWhereTheFirstTakesNothing(status: Int) async throws {
        let (world, spare) = try OrchestratorsTests.world()
        let headers = status == 500 ? [] : [HTTPRequest.Header("Retry-After", "600")]
        let answer = HTTPResponse(status: status, headers: headers, body: Array("{}".utf8))
        world.bacalhau.failNext("PUT jobs", with: Fault(.answer(answer), takesEffect: false), count: 1_000)
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.runUntilClosed([request])
        #expect(world.answer(to: request) == result("spare\n") && world.isSettledOnce(request))
        #expect(world.bacalhau.jobs.isEmpty && spare.jobs.count == 1)
        let history = try world.dossier(of: request)?.history ?? []
        let began = try #require(history.first { $0.event == "accepted" }).at
        let moved = try #require(history.first { $0.event == "moved" }).at
        #expect((.seconds(30)..<Duration.seconds(45)).contains(moved - began), "\(moved - began)")
    }

    /// The body may be what it fails at, so it is not sent to and fro.
    @Test func movesOnceWhereEachAnswersWithAnError() async throws {
        let (world, spare) = try OrchestratorsTests.world()
        for bacalhau in [world.bacalhau, spare] {
            bacalhau.failNext("PUT jobs", with: .status(500, "{}"), count: 1_000)
        }
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.runUntilClosed([request])
        #expect(world.reason(of: request)?.contains("has no job of this request after") == true)
        #expect(try places(world, request) == ["main", "spare"])
    }

    /// What has room takes the job, whatever is preferred.
    @Test(arguments: [FakeJobScript.Outcome.nodesBusy, .traps("Failing due to node restart")])
    func goesToTheNextWhereTheFirstHasNoRoom(outcome: FakeJobScript.Outcome) async throws {
        let (world, spare) = try OrchestratorsTests.world(main: { _ in FakeJobScript(outcome) })
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.runUntilClosed([request])
        #expect(world.answer(to: request) == result("spare\n"))
        #expect(world.bacalhau.jobs.count == 1 && spare.jobs.count == 1)
        #expect(try !world.history(of: request).contains("moved"))
    }

    @Test func goesToTheNextWhereTheFirstHasNoComputeNode() async throws {
        let (world, spare) = try OrchestratorsTests.world()
        world.bacalhau.setNodeConnected(false)
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.runUntilClosed([request])
        #expect(world.answer(to: request) == result("spare\n"))
        #expect(world.bacalhau.jobs.isEmpty && spare.jobs.count == 1)
    }

    /// What hung at one that is not in the settings any more is no reason to be careful with another.
    @Test func suspectsNoOtherOfWhatHungAtOneThatIsGone() async throws {
        let (made, spare) = try OrchestratorsTests.world(main: { _ in FakeJobScript(.wedged) })
        var alone = made
        alone.spares = []
        let wedged = made.chain.request(spec: RelayWorld.spec)
        let first = alone
        try await first.run { made.counters["jobs.circuitOpened"] == 1 }
        var other = made
        other.bacalhauWire = FakeBacalhau(time: made.time) { _ in .prints("new\n") }
        other.mainName = "new"
        let later = (0..<2).map { _ in made.chain.request(spec: RelayWorld.spec) }
        try await other.runUntilClosed([wedged] + later)
        for request in [wedged] + later { #expect(made.answer(to: request) == result("new\n")) }
        #expect(spare.jobs.isEmpty)
    }

    /// Its row was written when there was one orchestrator, and which of these that is nobody knows.
    @Test func neverSendsAnUnnamedTryToAnother() async throws {
        let (made, spare) = try OrchestratorsTests.world()
        var alone = made
        alone.spares = []
        made.bacalhau.failNext("PUT jobs", with: .timedOut, count: 1_000)
        made.bacalhau.failNext("GET job", with: .refused, count: 1_000)
        let request = made.chain.request(spec: RelayWorld.spec)
        let first = alone
        try await first.run { made.bacalhau.callCount("GET job") > 2 }
        let name = try #require(try made.dossier(of: request)?.jobs.first?.name)
        do {
            let connection = try Connection(path: made.database, options: ConnectionOptions(access: .readWrite))
            try connection.execute("UPDATE job SET orchestrator = NULL")
        }
        // The one that is preferred now was not there then.
        var other = made
        other.bacalhauWire = spare
        other.mainName = "new"
        other.spares = [("old", made.bacalhau)]
        try await other.runUntilClosed([request])
        #expect(!spare.jobs.map(\.name).contains(name), "\(spare.jobs.map(\.name))")
        #expect(made.isSettledOnce(request))
    }

    /// It was silent for a while before the relayer was stopped, and nobody knows how it did in the hour after that.
    @Test func countsItsSilenceFromTheStartOn() async throws {
        let (world, spare) = try OrchestratorsTests.world()
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run(
            onReady: { world.bacalhau.setOutage(.refused) },
            until: {
                let began = try world.dossier(of: request)?.jobs.first?.createdAt.milliseconds
                return began.map { world.time.now() > $0 + 16_000 } ?? false
            }
        )
        world.time.advance(by: .seconds(3_600))
        let start = Mutex<Int64?>(nil)
        try await world.run(
            onReady: { start.withLock { $0 = world.time.now() } },
            until: { try world.allSettled([request]) && world.allClosed() }
        )
        #expect(world.answer(to: request) == result("spare\n") && spare.jobs.count == 1)
        let moved = try #require(try world.dossier(of: request)?.history.first { $0.event == "moved" }).at.milliseconds
        let patience = moved - (try #require(start.withLock { $0 }))
        #expect((30_000..<45_000).contains(patience), "\(patience)")
    }

    /// It was to find out whether the first is well again, and has to wait: the next one does.
    @Test func sendsAnotherOneToFindOutWhereAQuotaHoldsTheFirst() async throws {
        let (plain, spare) = try OrchestratorsTests.world(main: { submission in
            let entry = submission.task?["Engine"]?["Params"]?["Entrypoint"]?.string
            return entry == "wedged" ? FakeJobScript(.wedged) : .prints("main\n")
        })
        var world = plain
        world.options.compute.quotas.requester.computePerDay = 3_000
        let made = world
        let wedged = made.chain.request(spec: RelayWorld.spec.replacing("_start", with: "wedged"))
        try await made.run {
            guard made.counters["jobs.circuitOpened"] == 1 else { return false }
            let began = try made.dossier(of: wedged)?.jobs.first?.createdAt.milliseconds
            return began.map { made.time.now() > $0 + 75_000 } ?? false
        }
        // Nobody knows of its size before it is planned.
        let large = made.chain.request(spec: RelayWorld.spec)
        let next = Mutex<FakeRequest?>(nil)
        try await made.run {
            guard try made.listed(large)?.reason?.hasPrefix("waits: ") == true || next.withLock({ $0 != nil }) else {
                return false
            }
            let request = next.withLock { next in
                let request = next ?? made.chain.request(spec: RelayWorld.spec, from: TestAccount(seed: 100).address)
                next = request
                return request
            }
            return try made.state(of: request) == .submitted
        }
        let request = try #require(next.withLock { $0 })
        #expect(try places(made, request) == ["main"] && spare.jobs.isEmpty)
    }
}
