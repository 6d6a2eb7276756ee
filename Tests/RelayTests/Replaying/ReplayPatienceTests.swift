import Ethereum
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Telemetry
import Testing

/// A replay whose blocks no node has.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ReplayPatienceTests {
    private func ask(_ world: RelayWorld, _ arguments: String) throws -> Int64 {
        try world.view.instruct("replay", arguments: arguments, at: Timestamp(milliseconds: world.time.now()))
    }

    @Test func takesThePrunedBlocksFromANodeThatHasThem() async throws {
        let world = try await RelayWorld.ready(blocks: 40) { $0.hosts = ["a.test", "b.test"] }
        world.chain.setManners("a.test") { $0.lookback = 10 }
        let number = try ask(world, #"{"from":0,"to":20}"#)

        try await world.run(blocks: nil) { try world.view.instruction(number)?.state == .done }
    }

    @Test func endsWithWhatEachNodeSaidAndLetsTheNextOneGoOn() async throws {
        let world = try await RelayWorld.ready(blocks: 40) { $0.hosts = ["a.test", "b.test"] }
        for host in world.hosts { world.chain.setManners(host) { $0.lookback = 10 } }
        let old = try ask(world, #"{"from":0,"to":5}"#)
        let head = world.chain.head.number
        let next = try ask(world, #"{"from":\#(head - 3),"to":\#(head)}"#)
        let began = world.time.now()

        try await world.run(blocks: nil) { try world.view.instruction(next)?.state == .done }

        // Long before the wait for a node that is away would be over; a busy machine lets time pass.
        #expect(world.time.now() - began < 500_000)
        let ended = try #require(try world.view.instruction(old))
        #expect(ended.state == .failed)
        let outcome = try #require(ended.outcome)
        #expect(outcome.contains("blocks 0 to 5 cannot be read"), "\(outcome)")
        #expect(outcome.contains("a.test") && outcome.contains("b.test"), "\(outcome)")
        #expect(outcome.contains("lookbacks of more than 24h0m0s"), "\(outcome)")
        #expect(outcome.contains("remedy: a node in chain.rpc that keeps logs for so long"), "\(outcome)")
        let outages = world.log.records.filter { $0.message == "not reachable" }.compactMap { $0.fields["outage.of"] }
        #expect(outages.contains("chain node (replay)") && !outages.contains("chain node"), "\(outages)")
    }

    /// The node that is away may be the one that has them.
    @Test func waitsForANodeThatIsAwayAndNotForEver() async throws {
        let world = try await RelayWorld.ready(blocks: 40) { $0.hosts = ["a.test", "b.test"] }
        world.chain.setManners("a.test") { $0.lookback = 10 }
        world.chain.setManners("b.test") { $0.fault = .refused }
        let number = try ask(world, #"{"from":0,"to":5}"#)
        let began = world.time.now()

        try await world.run(blocks: nil) { try world.view.instruction(number)?.state == .failed }

        #expect(world.time.now() - began >= 600_000)
        let outcome = try #require(try world.view.instruction(number)?.outcome)
        #expect(outcome.contains("b.test"), "\(outcome)")
    }

    @Test func decidesByWhatTheNodesSay() {
        let now = Timestamp(milliseconds: 1_000_000)
        func fault(_ kind: ReplayFault.Kind) -> ReplayFault { ReplayFault(kind: kind, range: 0...5, words: []) }
        let pruned = fault(.pruned)
        let scarce = fault(.scarce)
        let passing = fault(.passing)
        #expect(verdicts([(pruned, now), (pruned, now), (pruned, now)]) == [false, false, true])
        let later = [(scarce, now), (scarce, now + .seconds(599)), (scarce, now + .seconds(600))]
        #expect(verdicts(later) == [false, false, true])
        let passed = [(scarce, now), (passing, now + .seconds(10_000)), (scarce, now + .seconds(10_001))]
        #expect(verdicts(passed) == [false, false, false])
        // A clock that was set back.
        #expect(verdicts([(scarce, now), (scarce, now + .seconds(-900)), (scarce, now)]) == [false, false, true])
    }

    private func verdicts(_ faults: [(ReplayFault, Timestamp)]) -> [Bool] {
        var patience = ReplayPatience()
        return faults.map { patience.isOver($0.0, at: $0.1) }
    }
}
