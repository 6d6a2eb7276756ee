import Ethereum
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Synchronization
import Telemetry
import Testing

/// Asked to stop, it is gone in ten seconds, whoever lets it wait, and says nothing that is not so.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct HostileStopTests {
    private static let never = Fault.late(.seconds(3_600))

    @Test func stopsWhileTheNodeHangsBeforeItIsReady() async throws {
        let world = try Self.world()
        world.chain.setOutage(Self.never)

        let time = try await timeToStop(world) { world.chain.httpCallCount > 0 }

        #expect(time <= 10_000)
        #expect(world.log.messages.allSatisfy { $0 != "not reachable" }, "\(world.log.messages)")
    }

    @Test func stopsWhileTheOrchestratorHangsBeforeItIsReady() async throws {
        let world = try Self.world()
        world.bacalhau.setOutage(Self.never)

        #expect(try await timeToStop(world) { !world.bacalhau.calls.isEmpty } <= 10_000)
    }

    @Test func stopsWhileTheOrchestratorHangsWithEveryJob() async throws {
        let world = try Self.world()
        world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: 80))

        let time = try await timeToStop(
            world,
            onReady: { world.bacalhau.setOutage(Self.never) },
            once: { world.bacalhau.calls.count > 60 }
        )

        #expect(time <= 10_000)
        #expect(!said(world, "cancel"), "\(world.log.records)")
    }

    @Test(arguments: ["eth_sendRawTransaction", "eth_getLogs", "eth_estimateGas", "eth_getTransactionReceipt"])
    func stopsWhileTheNodeHangsAt(method: String) async throws {
        let world = try Self.world()
        world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: 20))
        world.chain.failNext(method, with: Self.never, count: 1_000)

        let time = try await timeToStop(world) { world.chain.callCount(method) > 0 }

        #expect(time <= 10_000)
        #expect(!said(world, "cancel"), "\(world.log.records)")
    }

    @Test func stopsInTheMiddleOfALongReplay() async throws {
        let world = try Self.world(window: 1)
        world.chain.mine(400)
        try await world.run { try StoreView(path: world.database).overview().cursors.allSatisfy { $0.nextBlock > 400 } }
        let now = Timestamp(milliseconds: world.time.now())
        _ = try StoreView(path: world.database).instruct("replay", arguments: #"{"from":1}"#, at: now)
        let calls = world.chain.callCount("eth_getLogs")
        // Each range takes a second.
        world.chain.failNext("eth_getLogs", with: .late(.seconds(1)), count: 10_000)

        let time = try await timeToStop(world) { world.chain.callCount("eth_getLogs") > calls + 20 }

        #expect(time <= 2_000)
        #expect(!world.log.messages.contains("stopped with work in hand"))
        #expect(try StoreView(path: world.database).overview().openInstructions == 1)
    }

    private static func world(window: UInt64 = 2_000) throws -> RelayWorld {
        var world = try RelayWorld()
        world.options.follow.window = window
        return world
    }

    private func said(_ world: RelayWorld, _ word: String) -> Bool {
        world.log.records.contains { $0.fields["error"]?.lowercased().contains(word) == true }
    }

    /// Milliseconds from the request to stop to the return of the relayer.
    private func timeToStop(
        _ world: RelayWorld,
        onReady: @escaping @Sendable () -> Void = {},
        once condition: @escaping @Sendable () throws -> Bool
    ) async throws -> Int64 {
        let asked = Mutex<Int64?>(nil)
        try await world.run(within: .seconds(600), onReady: onReady) {
            if asked.withLock({ $0 }) == nil, try condition() {
                asked.withLock { $0 = world.time.now() }
                world.stop.request()
            }
            return false
        }
        return world.time.now() - (try #require(asked.withLock { $0 }))
    }
}
