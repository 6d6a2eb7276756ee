import Ethereum
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Synchronization
import Testing
import Transport

/// What is asked of a node while nothing happens costs money at many providers.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct TagPaceTests {
    /// When it was asked for the final block, in milliseconds.
    private final class TagWatcher: HTTPTransport {
        private let chain: FakeChain
        private let time: ManualTime
        private let asked = Mutex<[Int64]>([])

        init(_ chain: FakeChain, _ time: ManualTime) {
            self.chain = chain
            self.time = time
        }

        var count: Int { asked.withLock { $0.count } }

        /// Between two questions, in seconds; not that after the first, which is asked before it is known what waits.
        var pauses: [Int64] {
            let times = asked.withLock { $0.dropFirst() }
            return zip(times, times.dropFirst()).map { ($1 - $0) / 1_000 }
        }

        func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
            if String(decoding: request.body ?? [], as: UTF8.self).contains("\"finalized\"") {
                asked.withLock { $0.append(time.now()) }
            }
            return try await chain.send(request)
        }
    }

    @Test(arguments: [false, true])
    func asksSeldomForATagUnlessSomethingWaits(isBusy: Bool) async throws {
        // A request that no confirmations are enough for.
        var world = try RelayWorld(start: isBusy ? 100_000 : 1)
        let wire = TagWatcher(world.chain, world.time)
        world.chainWire = wire
        world.options.follow.settle = FinalityRule(tag: .finalized, seconds: 600)
        world.options.follow.pollInterval = .seconds(20)
        if isBusy { world.chain.request(spec: RelayWorld.spec) }
        try await world.run(blocks: .seconds(30)) { wire.count >= 5 }

        let shortest = try #require(wire.pauses.min())
        #expect(isBusy ? shortest < 120 : shortest >= 240, "\(wire.pauses)")
    }

    @Test func notesSeldomWhatIsFinalUntilSomethingWaitsForIt() async throws {
        let world = try await RelayWorld.ready(settle: 2) { $0.options.follow.pollInterval = .seconds(4) }
        let seen = Recorder<UInt64>()
        let end = world.time.now() + 1_000_000
        // In one run: each start notes it.
        try await world.run {
            let final = try world.view.overview().chain.final?.number ?? 0
            if final > seen.last ?? 0 { seen.record(final) }
            return world.time.now() >= end
        }
        #expect((4...6).contains(seen.count), "\(seen.all)")

        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run(within: .seconds(60)) { world.allSettled([request]) }
        #expect(try #require(try world.view.overview().chain.final).number >= world.chain.head.number - 6)
    }
}
