import Relay
import RelayCore
import RelayTestSupport
import Synchronization
import Testing
import Transport

/// What is asked of a node while nothing happens costs money at many providers.
@Suite(.timeLimit(.minutes(1)))
struct TagPaceTests {
    /// Counts the questions for the final block.
    private final class TagCounter: HTTPTransport {
        private let chain: FakeChain
        private let asked = Mutex(0)

        init(_ chain: FakeChain) {
            self.chain = chain
        }

        var count: Int { asked.withLock { $0 } }

        func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
            if String(decoding: request.body ?? [], as: UTF8.self).contains("\"finalized\"") {
                asked.withLock { $0 += 1 }
            }
            return try await chain.send(request)
        }
    }

    @Test(arguments: [(false, 10...12), (true, 70...82)])
    func asksSeldomForATagUnlessSomethingWaits(isBusy: Bool, times: ClosedRange<Int>) async throws {
        // A request that no confirmations are enough for.
        var world = try RelayWorld(start: isBusy ? 100_000 : 1)
        let wire = TagCounter(world.chain)
        world.chainWire = wire
        world.options.follow.settle = FinalityRule(tag: .finalized, seconds: 600)
        if isBusy { world.chain.request(spec: RelayWorld.spec) }
        let end = world.time.now() + 1_200_000
        try await world.run { [time = world.time] in time.now() >= end }

        #expect(times.contains(wire.count), "\(wire.count) questions in 20 minutes")
    }
}
