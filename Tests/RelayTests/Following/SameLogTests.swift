import Ethereum
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Telemetry
import Testing

/// One log is one request, however many stand together and however often it is told.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct SameLogTests {
    @Test("case 1: fifty requests in one transaction, some of them alike, are fifty requests")
    func manyInOneTransaction() async throws {
        let world = try await RelayWorld.ready(settle: 2)
        let specs = (0..<50).map { $0 % 2 == 0 ? RelayWorld.spec : RelayWorld.spec + " " }
        let requests = world.chain.requests(specs: specs)
        #expect(Set(requests.map(\.transactionHash)).count == 1 && requests.count == 50)

        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 50)
        #expect(world.counter("requests.found") == 50)
    }

    @Test("case 2: a log told by WebSocket, poll, tail, second reading and two replays is one request")
    func toldManyTimes() async throws {
        let world = try await RelayWorld.ready(settle: 4) { $0.hasWebSockets = true }
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.runUntilSettled()
        let reads = world.chain.callCount("eth_getLogs")
        let replays = try (0..<2).map { _ in
            try world.view.instruct("replay", arguments: #"{"from":0}"#, at: Timestamp(milliseconds: world.time.now()))
        }

        try await world.run {
            let isOver = try replays.allSatisfy { try world.view.instruction($0)?.state == .done }
            let second = try world.view.overview().cursors.allSatisfy { $0.secondBlock > 8 }
            return isOver && second
        }

        #expect(world.chain.callCount("eth_getLogs") > reads + 3)
        try world.expectCanonical(jobs: 1)
        #expect(world.counter("requests.found") == 1)
        #expect(world.counter("requests.missedAtFirst") == 0)
        #expect(world.isSettledOnce(request))
    }

    @Test("case 20: no filter lives at a node, so none can expire")
    func keepsNoFilters() async throws {
        let world = try await RelayWorld.ready(settle: 2) { $0.hasWebSockets = true }
        world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilSettled()

        try world.expectCanonical()
        #expect(!world.chain.calls.contains { $0.contains("Filter") })
    }
}
