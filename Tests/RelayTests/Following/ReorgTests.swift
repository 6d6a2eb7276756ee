import Ethereum
import JSON
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Telemetry
import Testing

/// Reorganisations above what is final: cursor and requests go back, and what returns goes on.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct ReorgTests {
    /// Blocks up to which a reorganisation is ordinary: `settle` blocks are final, so one less may change.
    static let settle = 6
    static let depths = [1, 2, settle - 2, settle - 1]

    /// A request whose block is the deepest of so many blocks, and whose answer waits for depth.
    private func answered(depth: Int, sockets: Bool = false) async throws -> (RelayWorld, FakeRequest) {
        let world = try await RelayWorld.ready(settle: UInt64(Self.settle), blocks: 8) { $0.hasWebSockets = sockets }
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run(blocks: nil) { try world.state(of: request) == .answered }
        world.chain.mine(depth - 1)
        try await world.readToHead()
        return (world, request)
    }

    @Test("case 9: a log that moves to another block stays one request, and its job counts", arguments: depths)
    func moves(depth: Int) async throws {
        let (world, request) = try await answered(depth: depth)
        world.chain.reorg(depth: depth, empty: 1)
        #expect(world.chain.requestLogs.map(\.contentHash) == [request.requestHash])

        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 1)
        #expect(world.counter("chain.reorgs") == 1)
        #expect(world.counter("requests.returned") == 1)
        let history = try world.history(of: request)
        #expect(history.contains("log gone") && history.contains("log back"))
    }

    @Test("case 9: a log that vanishes leaves an orphan, and nothing is sent for it", arguments: depths)
    func vanishes(depth: Int) async throws {
        let (world, request) = try await answered(depth: depth)
        world.chain.reorg(depth: depth, keeping: false)

        try await world.run(for: .seconds(60))

        #expect(try world.state(of: request) == .orphaned)
        #expect(world.chain.minedCount(of: world.account.address) == 0)
        #expect(world.counter("requests.orphaned") == 1)
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 9: a log that comes back under another job id is another request", arguments: depths)
    func returnsWithAnotherID(depth: Int) async throws {
        let (world, gone) = try await answered(depth: depth)
        world.chain.reorg(depth: depth, keeping: false)
        let first = world.chain.request(spec: RelayWorld.spec, resultType: 2)
        let second = world.chain.request(spec: RelayWorld.spec)
        #expect(first.jobID == gone.jobID && second.jobID != gone.jobID)

        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 3)
        #expect(try world.state(of: gone) == .orphaned)
        #expect(world.answer(to: second) == .fulfilled(resultType: 1, result: "hello\n"))
        #expect(world.answer(to: first) == .fulfilled(resultType: 2, result: ""))
    }

    @Test("case 9: the job of a log that is back within the window runs on; later it takes the next name")
    func returnsInTimeOrLater() async throws {
        for isLate in [false, true] {
            let world = try RelayWorld(settle: 40) { submission in
                submission.attempt == 1
                    ? FakeJobScript(.completes(FakeRun(stdout: "hello\n")), after: .seconds(600)) : .prints("again\n")
            }
            world.chain.mine(3)
            let request = world.chain.request(spec: RelayWorld.spec)
            try await world.run(blocks: nil) { try world.state(of: request) == .submitted }
            world.chain.reorg(depth: 1, keeping: false)
            try await world.run(blocks: nil) { try world.state(of: request) == .orphaned }
            if isLate {
                try await world.run { world.counter("jobs.givenUp") == 1 }
                #expect(world.bacalhau.jobs.map(\.state) == [.stopped])
            }
            // The same words again: the same job id, since nobody else has taken it.
            let back = world.chain.request(spec: RelayWorld.spec)
            #expect(back.requestHash == request.requestHash)

            try await world.runUntilSettled()

            try world.expectCanonical(jobs: isLate ? 2 : 1)
            let names = try world.dossier(of: request)?.jobs.map(\.name) ?? []
            #expect(names.count == (isLate ? 2 : 1) && names.last?.hasSuffix("-r2") == isLate, "\(names)")
            let text = isLate ? "again\n" : "hello\n"
            #expect(world.answer(to: request) == .fulfilled(resultType: 1, result: text))
        }
    }

    @Test("case 9: reorganisations one after the other, each in the middle of the last one's work")
    func again() async throws {
        let (world, request) = try await answered(depth: 2)
        for depth in [2, 1, 3, 2] {
            world.chain.reorg(depth: depth, empty: depth % 2)
            try await world.readToHead()
        }

        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 1)
        #expect(world.counter("chain.reorgs") == 4)
        #expect(world.isSettledOnce(request))
    }

    @Test("case 9: a reorganisation while nobody ran is found at the start", arguments: depths)
    func whileStopped(depth: Int) async throws {
        let (world, gone) = try await answered(depth: depth)
        world.chain.reorg(depth: depth, keeping: false)
        world.chain.mine(3)
        world.chain.request(spec: RelayWorld.spec + " ")

        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 2)
        #expect(try world.state(of: gone) == .orphaned)
    }

    @Test("case 10: a log that the node calls removed and that nobody has seen is no request")
    func removedAndNeverSeen() async throws {
        let world = try await RelayWorld.ready(settle: 2)
        world.chain.setManners("chain.test") { manners in
            manners.lie = { method, _, result in
                guard method == "eth_getLogs" else { return result }
                return .array((result.array ?? []).map { $0.replacing("removed", true) })
            }
            manners.bloom = .full
        }
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.run(for: .seconds(60))

        #expect(try world.requests.isEmpty)
        #expect(world.bacalhau.jobs.isEmpty)
        #expect(try world.view.rejected(limit: 1).isEmpty)
        world.chain.setManners("chain.test") { $0.lie = nil }
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
        #expect(world.isSettledOnce(request))
    }

    @Test("case 10: a log removed by WebSocket after its job ran: an orphan, and its answer is withheld")
    func removedAfterTheJobRan() async throws {
        let (world, request) = try await answered(depth: 2, sockets: true)

        try await world.run(
            blocks: nil,
            onReady: { world.chain.reorg(depth: 2, keeping: false) },
            until: {
                try world.state(of: request) == .orphaned
            }
        )
        try await world.run(for: .seconds(60))

        #expect(try world.state(of: request) == .orphaned)
        #expect(world.chain.callCount("eth_sendRawTransaction") == 0)
        #expect(world.log.messages.contains("reorganisation"))
        try world.expectCanonical(jobs: 1)
    }
}
