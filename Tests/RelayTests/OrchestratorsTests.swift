import Ethereum
import RelayCore
import RelayStore
import RelayTestSupport
import Synchronization
import Telemetry
import Testing
import Transport

/// Several orchestrators: jobs go to the first that takes them, and each request is answered once whichever dies.
@Suite(.timeLimit(.minutes(5)))
struct OrchestratorsTests {
    /// A world with one that is preferred and one that stands in for it.
    static func world(
        main: @escaping @Sendable (FakeSubmission) -> FakeJobScript = { _ in .prints("main\n") },
        spare: @escaping @Sendable (FakeSubmission) -> FakeJobScript = { _ in .prints("spare\n") }
    ) throws -> (world: RelayWorld, spare: FakeBacalhau) {
        var world = try RelayWorld(script: main)
        let fake = FakeBacalhau(time: world.time, script: spare)
        world.spares = [("spare", fake)]
        return (world, fake)
    }

    private func result(_ text: String) -> FakeSettlement.Answer { .fulfilled(resultType: 1, result: text) }

    private func places(_ world: RelayWorld, _ request: FakeRequest) throws -> [String?] {
        try world.dossier(of: request)?.jobs.map(\.orchestrator) ?? []
    }

    @Test func prefersTheFirst() async throws {
        let (world, spare) = try Self.world()
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.runUntilClosed([request])
        #expect(world.answer(to: request) == result("main\n"))
        #expect(spare.jobs.isEmpty && spare.callCount("PUT jobs") == 0)
        #expect(try places(world, request) == ["main"])
    }

    /// It is known to be away before anything is sent to it.
    @Test func goesToTheNextWhereTheFirstIsAwayFromTheStartOn() async throws {
        let (world, spare) = try Self.world()
        world.bacalhau.setOutage(.refused)
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.runUntilClosed([request])
        #expect(world.answer(to: request) == result("spare\n"))
        #expect(spare.jobs.count == 1)
        #expect(try places(world, request) == ["spare"])
        #expect(try !world.history(of: request).contains("moved"))
    }

    @Test func movesAJobThatWasToBePlacedWhenTheFirstDied() async throws {
        let (world, spare) = try Self.world()
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run(
            onReady: { world.bacalhau.setOutage(.refused) },
            until: { try world.allSettled([request]) && world.allClosed() }
        )
        #expect(world.answer(to: request) == result("spare\n") && world.isSettledOnce(request))
        #expect(world.bacalhau.jobs.isEmpty && spare.jobs.map(\.version) == [1])
        #expect(try places(world, request) == ["main", "spare"])
        let history = try world.dossier(of: request)?.history ?? []
        let moved = history.first { $0.event == "moved" }?.detail ?? ""
        #expect(moved.contains("-r2 at spare") && moved.contains("what main may have of it counts for nothing"))
        #expect(moved.contains("Couldn't connect"), "\(moved)")
        #expect(world.counters["jobs.moved"] == 1)
    }

    /// It took the job, died before it said so, and comes back when the other has answered.
    @Test func countsNothingThatTheFirstMayHaveTaken() async throws {
        let (world, spare) = try Self.world(main: { _ in .prints("main\n") })
        let main = world.bacalhau
        let wire = DyingServer(main, dyingAt: .put)
        var dying = world
        dying.bacalhauWire = wire
        let request = world.chain.request(spec: RelayWorld.spec)
        try await dying.runUntilClosed([request])
        #expect(main.jobs.count == 1 && spare.jobs.count == 1)
        #expect(world.answer(to: request) == result("spare\n") && world.isSettledOnce(request))

        wire.revive()
        let later = world.chain.request(spec: RelayWorld.spec)
        try await dying.runUntilClosed([request, later])
        #expect(world.answer(to: later) == result("main\n"))
        #expect(world.isSettledOnce(request) && main.jobs.count == 2 && main.jobs.allSatisfy { $0.version == 1 })
    }

    /// A job that runs is waited for, and in the end left.
    @Test func leavesAJobThatRunsWhereNobodyTellsOfIt() async throws {
        let (world, spare) = try Self.world(main: { _ in
            FakeJobScript(.completes(FakeRun(stdout: "main\n")), after: .seconds(3_600))
        })
        let wire = DyingServer(world.bacalhau, dyingAt: nil)
        var dying = world
        dying.bacalhauWire = wire
        let request = world.chain.request(spec: RelayWorld.spec)
        let diedAt = Mutex<Int64?>(nil)
        try await dying.run {
            if try world.state(of: request) == .submitted {
                diedAt.withLock { at in
                    guard at == nil else { return }
                    at = world.time.now()
                    wire.die()
                }
            }
            return try world.allSettled([request]) && world.allClosed()
        }
        #expect(world.answer(to: request) == result("spare\n") && world.isSettledOnce(request))
        #expect(try places(world, request) == ["main", "spare"] && spare.jobs.count == 1)
        let left = try world.dossier(of: request)?.history.first { $0.event == "moved" }
        let patience = try #require(left).at.milliseconds - (try #require(diedAt.withLock { $0 }))
        #expect((300_000..<400_000).contains(patience), "\(patience)")
    }

    @Test func movesWhereTheFirstDoesNotLetItSubmit() async throws {
        let (world, spare) = try Self.world()
        let denial = #"{"Status":403,"Message":"no rights","Code":"Forbidden","Component":"Authorizer"}"#
        world.bacalhau.failNext("PUT jobs", with: .status(403, denial), count: 1_000)
        let requests = (0..<3).map { _ in world.chain.request(spec: RelayWorld.spec) }
        let next = Mutex<(request: FakeRequest, refused: Int)?>(nil)
        try await world.run {
            guard world.allSettled(requests) else { return false }
            let later = next.withLock { next in
                if let next { return next.request }
                let request = world.chain.request(spec: RelayWorld.spec)
                next = (request, world.bacalhau.callCount("PUT jobs"))
                return request
            }
            return try world.allSettled([later]) && world.allClosed()
        }
        for request in requests { #expect(world.answer(to: request) == result("spare\n")) }
        #expect(world.bacalhau.jobs.isEmpty && spare.jobs.count == 4)
        // The next one did not even try.
        let last = try #require(next.withLock { $0 })
        #expect(try places(world, last.request) == ["spare"])
        #expect(world.bacalhau.callCount("PUT jobs") == last.refused)
    }

    @Test func opensTheBreakerOfTheBrokenOneOnly() async throws {
        let (world, spare) = try Self.world(main: { _ in FakeJobScript(.wedged) })
        let first = world.chain.request(spec: RelayWorld.spec)
        try await world.run { world.counters["jobs.circuitOpened"] == 1 }
        let later = (0..<5).map { _ in world.chain.request(spec: RelayWorld.spec) }
        try await world.runUntilClosed([first] + later)
        for request in [first] + later { #expect(world.answer(to: request) == result("spare\n")) }
        #expect(spare.jobs.count == 6)
        // The first one's jobs are those that found out.
        #expect(world.bacalhau.jobs.count <= 4, "\(world.bacalhau.jobs.map(\.name))")
    }

    @Test func goesBackToTheFirstWhenItIsThereAgain() async throws {
        let (world, _) = try Self.world()
        world.bacalhau.setOutage(.refused)
        let first = world.chain.request(spec: RelayWorld.spec)
        let second = Mutex<FakeRequest?>(nil)
        let recovered: @Sendable () -> Bool = {
            world.log.messages.contains("reachable again")
        }
        try await world.run {
            if world.allSettled([first]), world.bacalhau.callCount("GET version") > 1 { world.bacalhau.setOutage(nil) }
            if recovered() {
                second.withLock { request in
                    if request == nil { request = world.chain.request(spec: RelayWorld.spec) }
                }
            }
            guard let next = second.withLock({ $0 }) else { return false }
            return try world.allSettled([first, next]) && world.allClosed()
        }
        #expect(world.answer(to: first) == result("spare\n"))
        let next = try #require(second.withLock { $0 })
        #expect(world.answer(to: next) == result("main\n"))
    }

    /// An old one may run a job twice; that it was away at the start changes nothing.
    @Test func sendsNothingToAnOldOneThatComesLater() async throws {
        let (world, _) = try Self.world()
        world.bacalhau.setOutage(.refused)
        world.bacalhau.setVersion("v1.7.0")
        let first = world.chain.request(spec: RelayWorld.spec)
        let second = Mutex<FakeRequest?>(nil)
        try await world.run {
            if world.allSettled([first]) { world.bacalhau.setOutage(nil) }
            if world.bacalhau.callCount("GET version") > 3 {
                second.withLock { request in
                    if request == nil { request = world.chain.request(spec: RelayWorld.spec) }
                }
            }
            guard let next = second.withLock({ $0 }) else { return false }
            return try world.allSettled([first, next]) && world.allClosed()
        }
        #expect(world.bacalhau.callCount("PUT jobs") == 0 && world.bacalhau.jobs.isEmpty)
        let next = try #require(second.withLock { $0 })
        #expect(world.answer(to: next) == result("spare\n"))
    }

    @Test func refusesToStartWithAnOldOne() async throws {
        let (world, spare) = try Self.world()
        spare.setVersion("v1.7.0")
        let error = await #expect(throws: (any Error).self) { try await world.run { false } }
        #expect(error.map { "\($0)" }?.contains("the orchestrator spare is Bacalhau 1.7.0") == true)
    }

    /// The operator gave it another name meanwhile: its job is found all the same.
    @Test func findsTheJobOfOneThatWasRenamed() async throws {
        let (world, spare) = try Self.world(main: { _ in
            FakeJobScript(.completes(FakeRun(stdout: "main\n")), after: .seconds(60))
        })
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run { try world.state(of: request) == .submitted }
        var renamed = world
        renamed.mainName = "another"
        try await renamed.runUntilClosed([request])
        #expect(world.answer(to: request) == result("main\n") && world.bacalhau.jobs.count == 1 && spare.jobs.isEmpty)
        #expect(try places(world, request) == ["main"])
    }

    @Test func triesAgainWhereTheOneThatHadTheJobIsNotInTheSettings() async throws {
        let (world, spare) = try Self.world(spare: { _ in
            FakeJobScript(.completes(FakeRun(stdout: "spare\n")), after: .seconds(60))
        })
        world.bacalhau.setOutage(.refused)
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run { try world.state(of: request) == .submitted }
        world.bacalhau.setOutage(nil)
        var alone = world
        alone.spares = []
        try await alone.runUntilClosed([request])
        #expect(world.answer(to: request) == result("main\n") && world.isSettledOnce(request))
        #expect(spare.jobs.count == 1 && world.bacalhau.jobs.map(\.name) == [spare.jobs[0].name + "-r2"])
        #expect(try places(world, request) == ["spare", "main"])
    }

    /// The job may have been taken there, so its name is sent nowhere else.
    @Test func neverSendsANameToAnother() async throws {
        let (made, spare) = try Self.world()
        var world = made
        world.spares = [("gone", spare)]
        world.bacalhau.setOutage(.refused)
        spare.failNext("PUT jobs", with: .timedOut, count: 1_000)
        spare.failNext("GET job", with: .refused, count: 1_000)
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run { !spare.jobs.isEmpty || spare.callCount("GET job") > 2 }
        #expect(try world.state(of: request) == .accepted)
        world.bacalhau.setOutage(nil)
        var alone = world
        alone.spares = []
        try await alone.runUntilClosed([request])
        let name = try #require(try world.dossier(of: request)?.jobs.first?.name)
        #expect(world.bacalhau.jobs.map(\.name) == [name + "-r2"] && world.isSettledOnce(request))
        #expect(try places(world, request) == ["gone", "main"])
    }

    /// The log is gone for good: the job is stopped where it is.
    @Test func stopsAnOrphansJobWhereItWent() async throws {
        // Deep enough for the block to be left.
        var world = try RelayWorld(settle: 60, receipt: 60)
        let spare = FakeBacalhau(time: world.time) { _ in
            FakeJobScript(.completes(FakeRun(stdout: "spare\n")), after: .seconds(3_000))
        }
        world.spares = [("spare", spare)]
        let made = world
        made.chain.mine()
        made.bacalhau.setOutage(.refused)
        let request = made.chain.request(spec: RelayWorld.spec)
        let block = made.chain.head.number
        try await made.run { try made.state(of: request) == .submitted }
        made.bacalhau.setOutage(nil)
        made.chain.reorg(depth: Int(made.chain.head.number - block + 1), keeping: false)
        try await made.run { spare.callCount("DELETE job") > 0 }
        #expect(made.bacalhau.callCount("DELETE job") == 0)
    }
}

/// An orchestrator that dies: from its first call of a kind on, which takes effect, or when it is told to.
final class DyingServer: HTTPTransport {
    private let inner: any HTTPTransport
    private let method: HTTPRequest.Method?
    private let state = Mutex((isDead: false, isImmortal: false))

    init(_ inner: any HTTPTransport, dyingAt method: HTTPRequest.Method?) {
        self.inner = inner
        self.method = method
    }

    func die() { state.withLock { $0.isDead = true } }
    func revive() { state.withLock { $0 = (isDead: false, isImmortal: true) } }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let (wasDead, dies) = state.withLock { state in
            let wasDead = state.isDead
            if request.method == method, !state.isImmortal { state.isDead = true }
            return (wasDead, state.isDead)
        }
        if wasDead { throw .connectFailed("Couldn't connect to server") }
        let response = try await inner.send(request)
        if dies { throw .broken("Connection reset by peer") }
        return response
    }
}
