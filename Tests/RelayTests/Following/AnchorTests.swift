import Ethereum
import JSON
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Telemetry
import Testing

/// A chain that is shorter than it was, or another one.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct AnchorTests {
    @Test("case 12: a chain that stays shorter takes the cursor back with it")
    func shorterChain() async throws {
        let world = try await RelayWorld.ready(settle: 8, blocks: 12)
        let request = world.chain.request(spec: RelayWorld.spec)
        world.chain.mine(2)
        try await world.readToHead()
        try await world.run(blocks: nil) { try world.state(of: request) == .answered }
        let (next, began) = (try world.nextBlock(), world.time.now())
        world.chain.rollBack(depth: 4, keeping: false)
        let head = world.chain.head.number

        try await world.run(blocks: nil) { try world.nextBlock() == head + 1 }

        #expect(next == head + 5)
        #expect(world.time.now() - began >= 300_000, "a node that lags for a while is no shorter chain")
        #expect(try world.state(of: request) == .orphaned)
        world.chain.request(spec: RelayWorld.spec + " ")
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 2)
    }

    @Test("case 12: a chain that is shorter than what was final is not followed, and said")
    func shorterThanFinal() async throws {
        let world = try await RelayWorld.ready(settle: 3, blocks: 12)
        try await world.lengthen()
        let next = try world.nextBlock()
        world.chain.setManners("chain.test") { $0.lag = 8 }

        try await world.run(for: .seconds(900), blocks: nil)

        #expect(try world.nextBlock() == next)
        #expect(world.counter("chain.reorgs") == 0)
        #expect(world.log.records.contains { $0.fields["error"]?.contains("it has lost blocks") == true })
        world.chain.setManners("chain.test") { $0.lag = 0 }
        world.chain.request(spec: RelayWorld.spec)
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 12: at the start, what changed meanwhile is found at its last common block")
    func restoredFromASnapshot() async throws {
        let world = try await RelayWorld.ready(settle: 8, blocks: 12)
        let request = world.chain.request(spec: RelayWorld.spec)
        world.chain.mine(3)
        try await world.readToHead()
        try await world.run(blocks: nil) { try world.state(of: request) == .answered }
        world.chain.rollBack(depth: 5, keeping: false)
        world.chain.mine(1)
        world.chain.request(spec: RelayWorld.spec + " ")
        world.chain.mine(6)

        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 2)
        #expect(world.counter("chain.reorgs") == 1)
    }

    @Test("case 13: a chain with another genesis block is refused, whatever its chain id")
    func anotherGenesis() async throws {
        let world = try await RelayWorld.ready()
        let other = "0x" + String(repeating: "5a", count: 32)
        world.chain.setManners("chain.test") { manners in
            manners.lie = { method, parameters, result in
                let isFirst =
                    method == "eth_getBlockByNumber" && ["0x0", "earliest"].contains(parameters.first?.string)
                return isFirst ? result.replacing("hash", .string(other)) : result
            }
        }
        world.chain.request(spec: RelayWorld.spec)

        let error = await #expect(throws: StoreError.self) { try await world.run { false } }

        #expect(error?.description.contains(other) == true, "\(String(describing: error))")
        #expect(try world.requests.isEmpty && world.bacalhau.jobs.isEmpty)
        world.chain.setManners("chain.test") { $0.lie = nil }
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 13: a chain that began anew under the same genesis block is refused by its anchor")
    func resetAboveGenesis() async throws {
        let world = try await RelayWorld.ready(settle: 2, blocks: 10)
        try await world.lengthen()
        world.chain.reorg(depth: Int(world.chain.head.number))

        let error = await #expect(throws: Preflight.Problem.self) { try await world.run { false } }

        #expect(error?.description.contains("take another database file") == true, "\(String(describing: error))")
        #expect(world.bacalhau.jobs.isEmpty)
        let fresh = world.withDatabase("fresh.sqlite")
        world.chain.request(spec: RelayWorld.spec)
        try await fresh.runUntilSettled()
        try fresh.expectCanonical(jobs: 1)
    }

    @Test("case 13: a chain that begins anew while the relayer runs halts it")
    func resetWhileRunning() async throws {
        let world = try await RelayWorld.ready(settle: 2, blocks: 10)
        try await world.lengthen()

        await #expect(throws: ChainHalt.self) {
            try await world.run(
                onReady: { world.chain.reorg(depth: Int(world.chain.head.number)) },
                until: { false }
            )
        }

        #expect(try world.view.overview().chain.halt != nil)
        #expect(world.chain.callCount("eth_sendRawTransaction") == 0)
    }
}
