import Ethereum
import JSON
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Synchronization
import Telemetry
import Testing

/// A job that no compute node can hold is refused before it is sent anywhere.
@Suite(.timeLimit(.minutes(2)))
struct NodeRoomTests {
    private static let small: JSONValue = ["CPU": 1, "Memory": 1_073_741_824, "Disk": 1_073_741_824]
    private static let large: JSONValue = ["CPU": 8, "Memory": 68_719_476_736, "Disk": 1_073_741_824]
    private static let asking = asking(#"{"Memory":"2GiB"}"#)

    private static func asking(_ resources: String) -> String {
        String(RelayWorld.spec.dropLast()) + #","Resources":\#(resources)}"#
    }

    private static func world() throws -> RelayWorld {
        var world = try RelayWorld { _ in .prints("main\n") }
        world.options.contracts[0].policy.maxMemory = 64 << 30
        return world
    }

    @Test func refusesWhatNoNodeHolds() async throws {
        let world = try Self.world()
        world.bacalhau.setLargestJob(Self.small)
        let request = world.chain.request(spec: Self.asking)
        let fitting = world.chain.request(spec: RelayWorld.spec)
        try await world.runUntilClosed([request, fitting])
        #expect(
            world.reason(of: request)?
                .contains(#"memory of "2GiB" is more than the largest compute node takes, 1 GiB"#) == true
        )
        #expect(world.answer(to: fitting) == .fulfilled(resultType: 1, result: "main\n"))
        #expect(world.bacalhau.jobs.count == 1)
        #expect(try world.dossier(of: request)?.jobs.isEmpty == true)
        let detail = try world.dossier(of: request)?.history.first { $0.event == "refused" }?.detail
        #expect(detail?.hasPrefix("too-large-for-nodes: ") == true)
    }

    @Test(arguments: [JSONValue?.none, .some(["CPU": 1])]) func submitsWhereNodesDoNotSay(
        largest: JSONValue?
    ) async throws {
        let world = try Self.world()
        world.bacalhau.setLargestJob(largest)
        let request = world.chain.request(spec: Self.asking(#"{"GPU":"0"}"#))
        try await world.runUntilClosed([request])
        #expect(world.answer(to: request) == .fulfilled(resultType: 1, result: "main\n"))
    }

    /// It may come back.
    @Test func countsANodeThatIsAway() async throws {
        let world = try Self.world()
        world.bacalhau.setLargestJob(Self.large, isAway: true)
        let request = world.chain.request(spec: Self.asking)
        try await world.runUntilClosed([request])
        #expect(world.answer(to: request) == .fulfilled(resultType: 1, result: "main\n"))
    }

    /// A larger node that joins later is seen within a minute.
    @Test func learnsOfNodesWhileItRuns() async throws {
        let world = try Self.world()
        world.bacalhau.setLargestJob(Self.small)
        let later = Mutex<FakeRequest?>(nil)
        try await world.run(
            onReady: { world.bacalhau.setLargestJob(Self.large) },
            until: {
                if world.bacalhau.callCount("GET nodes") > 1 {
                    later.withLock { request in
                        if request == nil { request = world.chain.request(spec: Self.asking) }
                    }
                }
                guard let request = later.withLock({ $0 }) else { return false }
                return try world.allSettled([request]) && world.allClosed()
            }
        )
        let request = try #require(later.withLock { $0 })
        #expect(world.answer(to: request) == .fulfilled(resultType: 1, result: "main\n"))
    }

    @Test func prefersAnOrchestratorWhoseNodesHoldIt() async throws {
        var world = try Self.world()
        let spare = FakeBacalhau(time: world.time) { _ in .prints("spare\n") }
        spare.setLargestJob(Self.large)
        world.bacalhau.setLargestJob(Self.small)
        world.spares = [("spare", spare)]
        let request = world.chain.request(spec: Self.asking)
        let small = world.chain.request(spec: RelayWorld.spec)
        let made = world
        try await made.runUntilClosed([request, small])
        #expect(made.answer(to: request) == .fulfilled(resultType: 1, result: "spare\n"))
        #expect(made.answer(to: small) == .fulfilled(resultType: 1, result: "main\n"))
    }

    /// Asks some seconds after the start, when nodes have been listed and nobody has probed yet; returns how often they had
    /// been listed when all was answered.
    private func ask(
        _ world: RelayWorld,
        _ count: Int,
        onReady: @escaping @Sendable () -> Void = {}
    ) async throws -> (requests: [FakeRequest], listings: Int) {
        let began = Mutex<Int64?>(nil)
        let asked = Mutex<[FakeRequest]>([])
        let listings = Mutex(0)
        try await world.run(
            onReady: {
                onReady()
                began.withLock { $0 = world.time.now() }
            },
            until: {
                guard let start = began.withLock({ $0 }), world.time.now() > start + 10_000 else { return false }
                let requests = asked.withLock { requests in
                    if requests.isEmpty { requests = (0..<count).map { _ in world.chain.request(spec: Self.asking) } }
                    return requests
                }
                if try requests.allSatisfy({
                    try world.state(of: $0).map { ![.observed, .accepted, .submitted].contains($0) } ?? false
                }) {
                    listings.withLock { if $0 == 0 { $0 = world.bacalhau.callCount("GET nodes") } }
                }
                return try world.allSettled(requests) && world.allClosed()
            }
        )
        return (asked.withLock { $0 }, listings.withLock { $0 })
    }

    /// A refusal is for ever, so the nodes are listed once more before it.
    @Test func seesANodeThatHasJustJoined() async throws {
        let world = try Self.world()
        world.bacalhau.setLargestJob(Self.small)
        for request in try await ask(world, 3, onReady: { world.bacalhau.setLargestJob(Self.large) }).requests {
            #expect(world.answer(to: request) == .fulfilled(resultType: 1, result: "main\n"))
        }
    }

    /// Many that are refused at the same time have them listed once.
    @Test func listsNodesOnceForAllRequests() async throws {
        let world = try Self.world()
        world.bacalhau.setLargestJob(Self.small)
        let (requests, listings) = try await ask(world, 10)
        for request in requests { #expect(world.reason(of: request)?.contains("more than the largest") == true) }
        #expect(listings == 2)
    }

    /// It is away from the start on, and nobody knows what it has.
    @Test(arguments: [true, false]) func waitsForOneThatIsAwayWhereNoOtherCanHoldIt(wasListed: Bool) async throws {
        var world = try Self.world()
        let spare = FakeBacalhau(time: world.time) { _ in .prints("spare\n") }
        spare.setLargestJob(Self.small)
        world.bacalhau.setLargestJob(Self.large)
        world.spares = [("spare", spare)]
        if !wasListed { world.bacalhau.setOutage(.refused) }
        let made = world
        let state = Mutex<(request: FakeRequest, since: Int64)?>(nil)
        try await made.run(
            onReady: { made.bacalhau.setOutage(.refused) },
            until: {
                guard made.log.messages.contains("not reachable") else { return false }
                let (request, since) = state.withLock { state in
                    let now = state ?? (made.chain.request(spec: Self.asking), made.time.now())
                    state = now
                    return now
                }
                // Longer than a list is taken for true of one that answers.
                if made.time.now() > since + 900_000 { made.bacalhau.setOutage(nil) }
                return try made.allSettled([request]) && made.allClosed()
            }
        )
        let request = try #require(state.withLock { $0 }).request
        #expect(made.answer(to: request) == .fulfilled(resultType: 1, result: "main\n"))
        #expect(spare.jobs.isEmpty)
        #expect(try made.dossier(of: request)?.jobs.map(\.orchestrator) == ["main"])
    }

    /// The other one cannot hold it, so it waits for the one that can.
    @Test func doesNotMoveToOneThatCannotHoldIt() async throws {
        var world = try Self.world()
        let spare = FakeBacalhau(time: world.time) { _ in .prints("spare\n") }
        spare.setLargestJob(Self.small)
        world.bacalhau.setLargestJob(Self.large)
        world.spares = [("spare", spare)]
        let request = world.chain.request(spec: Self.asking)
        let made = world
        try await made.run(
            onReady: { made.bacalhau.setOutage(.refused) },
            until: {
                let began = try made.dossier(of: request)?.history.first?.at.milliseconds
                if let began, made.time.now() > began + 200_000 { made.bacalhau.setOutage(nil) }
                return try made.allSettled([request]) && made.allClosed()
            }
        )
        #expect(made.answer(to: request) == .fulfilled(resultType: 1, result: "main\n"))
        #expect(spare.jobs.isEmpty)
    }
}
