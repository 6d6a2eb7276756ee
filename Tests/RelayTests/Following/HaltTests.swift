import Ethereum
import JSON
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Telemetry
import Testing

/// What was final is another one now: everything stands still until an operator has looked.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct HaltTests {
    /// `settle` blocks deep is final.
    static let settle = 6

    @Test("case 9: a reorganisation as deep as finality, or deeper, halts", arguments: [settle, settle + 1, 12])
    func halts(depth: Int) async throws {
        let world = try await RelayWorld.ready(settle: UInt64(Self.settle), blocks: 20)
        try await world.lengthen(by: 10)
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run(blocks: nil) { try world.state(of: request) == .answered }
        world.chain.mine(Self.settle - 2)
        try await world.readToHead()
        world.chain.reorg(depth: depth, keeping: depth % 2 == 0)
        let next = try world.nextBlock()

        await #expect(throws: ChainHalt.self) { try await world.run { false } }

        let halt = try #require(try world.view.overview().chain.halt)
        #expect(halt.reason.contains("was final as"))
        #expect(try world.nextBlock() == next, "nothing is read on, and nothing taken back")
        #expect(world.chain.callCount("eth_sendRawTransaction") == 0)
        // Also after a restart.
        await #expect(throws: ChainHalt.self) { try await world.run { false } }
        #expect(world.chain.callCount("eth_sendRawTransaction") == 0)

        try world.acceptChain()
        try await world.run { try world.view.overview().chain.halt == nil }
        try await world.runUntilSettled()
        #expect(world.log.messages.contains("halt ended: the operator has accepted the chain"))
        try world.expectCanonical(jobs: 1)
        #expect(try world.state(of: request) == (depth % 2 == 0 ? .settled : .orphaned))
    }

    @Test("case 9: a reorganisation deeper than all that was kept halts too, and all is read anew once it is accepted")
    func deeperThanKept() async throws {
        let world = try await RelayWorld.ready(settle: 3, blocks: 20)
        try await world.lengthen()
        let gone = world.chain.request(spec: RelayWorld.spec)
        try await world.run(blocks: nil) { try world.state(of: gone) == .answered }

        await #expect(throws: ChainHalt.self) {
            try await world.run(
                onReady: { world.chain.reorg(depth: Int(world.chain.head.number), keeping: false) },
                until: { false }
            )
        }
        // A halt, and not a chain that was reset: the anchor is gone as well.
        await #expect(throws: ChainHalt.self) { try await world.run { false } }

        try world.acceptChain()
        world.chain.request(spec: RelayWorld.spec + " ")
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 2)
        #expect(try world.state(of: gone) == .orphaned)
        try await world.lengthen()
        let anchor = try #require(try world.view.overview().chain.anchor)
        #expect(world.chain.header(anchor.number)?.hash == anchor.hash)
    }

    @Test("case 10: what is taken away after its answer was mined halts, and is answered again once it is accepted")
    func removedAfterTheAnswer() async throws {
        let world = try await RelayWorld.ready(settle: 3, blocks: 20)
        try await world.lengthen()
        let request = world.chain.request(spec: RelayWorld.spec)
        let block = world.chain.head.number
        try await world.runUntilSettled()
        // Neither request nor answer are on the other branch; then somebody asks the same again.
        world.chain.reorg(depth: Int(world.chain.head.number - block + 1), keeping: false)
        let again = world.chain.request(spec: RelayWorld.spec)
        #expect(again.requestHash == request.requestHash && world.answer(to: again) == nil)

        await #expect(throws: ChainHalt.self) { try await world.run { false } }
        try world.acceptChain()
        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 1)
        #expect(try world.history(of: request).contains("log gone"))
        #expect(try world.dossier(of: request)?.settlements.map(\.state).first == "lost")
    }

    @Test("case 9: an acceptance of an earlier halt ends no later one")
    func acceptsOneHalt() async throws {
        let world = try await RelayWorld.ready(settle: 3, blocks: 20)
        try await world.lengthen()
        world.chain.reorg(depth: 8)
        await #expect(throws: ChainHalt.self) { try await world.run { false } }
        // Given twice, so that one is left over.
        try world.acceptChain()
        try world.acceptChain()
        try await world.lengthen()
        world.chain.reorg(depth: 8)

        await #expect(throws: ChainHalt.self) { try await world.run { false } }
        await #expect(throws: ChainHalt.self) { try await world.run { false } }

        try world.acceptChain()
        try await world.lengthen()
        #expect(try world.view.overview().chain.halt == nil)
        #expect(world.log.messages.count { $0.hasPrefix("halt ended") } == 2)
    }

    @Test("case 9: what was accepted is what was shown: a chain that has left more since then is looked at once more")
    func acceptsNoDeeper() async throws {
        let world = try await RelayWorld.ready(settle: 3, blocks: 20)
        try await world.lengthen(by: 2, times: 8)
        let head = world.chain.head.number
        world.chain.reorg(depth: 8)
        await #expect(throws: ChainHalt.self) { try await world.run(blocks: nil) { false } }
        let halt = try #require(try world.view.overview().chain.halt)
        let links = try world.view.overview().chain.links
        let shown = try #require(links.last { $0.number <= head - 8 })
        let number = try accept(halt, above: shown.number, in: world)
        world.chain.reorg(depth: 12)

        let refusal = await #expect(throws: ChainHalt.self) { try await world.run(blocks: nil) { false } }

        #expect(
            refusal?.reason.contains("accepted with block \(shown.number) as it was read") == true,
            "\(refusal as Any)"
        )
        #expect(refusal?.reason.contains("look once more") == true)
        #expect(try world.view.instruction(number)?.state == .failed)
        #expect(try world.view.overview().chain.halt != nil)
        let left = try #require(links.last { $0.hash == world.chain.header($0.number)?.hash })
        #expect(left.number < shown.number)
        _ = try accept(halt, above: left.number, in: world)
        try await world.lengthen()
        #expect(try world.view.overview().chain.halt == nil)
    }

    private func accept(_ halt: ChainHalt, above block: UInt64, in world: RelayWorld) throws -> Int64 {
        let arguments = ChainAcceptance(of: halt, .above(block)).arguments
        let now = Timestamp(milliseconds: world.time.now())
        return try world.view.instruct(Relayer.acceptVerb, arguments: arguments, at: now)
    }

    @Test("case 9: where the nodes have the chain again as it was read, the refusal says so")
    func nothingToAccept() async throws {
        let world = try await RelayWorld.ready(settle: 3, blocks: 20)
        try await world.lengthen()
        world.chain.fork("chain.test")
        world.chain.mineFork("chain.test", 8, replacing: 8)
        await #expect(throws: ChainHalt.self) { try await world.run { false } }
        let plain = await #expect(throws: ChainHalt.self) { try await world.run { false } }
        #expect(plain?.reason.contains(ChainAcceptance.asRead) == false)
        world.chain.join("chain.test")

        let refusal = await #expect(throws: ChainHalt.self) { try await world.run { false } }

        #expect(refusal?.reason.contains(ChainAcceptance.asRead) == true, "\(refusal as Any)")
        try world.acceptChain()
        try await world.lengthen()
        #expect(try world.view.overview().chain.halt == nil)
    }

    @Test("case 9: an answer that comes while the halt is not certain yet is not sent")
    func answeredBeforeTheHalt() async throws {
        var patient = try RelayWorld(settle: 3) { _ in
            FakeJobScript(.completes(FakeRun(stdout: "hello\n")), after: .seconds(60))
        }
        patient.options.follow.haltPatience = .seconds(300)
        let world = patient
        world.chain.mine(20)
        let request = world.chain.request(spec: RelayWorld.spec)
        let block = world.chain.head.number
        world.chain.mine(20)
        let changed = Recorder<UInt64>()

        await #expect(throws: ChainHalt.self) {
            try await world.run(blocks: nil) {
                guard changed.count == 0, try world.state(of: request) == .submitted,
                    let final = try world.view.overview().chain.final, final.number > block + 10
                else { return false }
                changed.record(final.number)
                world.chain.reorg(depth: 10)
                return false
            }
        }

        #expect(changed.count == 1)
        #expect(try world.state(of: request) == .answered)
        #expect(world.chain.callCount("eth_sendRawTransaction") == 0)
        try world.acceptChain()
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 9: one answer that contradicts what is final halts nothing")
    func oneLie() async throws {
        let world = try await RelayWorld.ready(settle: 3, blocks: 20)
        try await world.lengthen()
        let request = world.chain.request(spec: RelayWorld.spec)
        world.chain.fork("chain.test")
        world.chain.mineFork("chain.test", 8, replacing: 8)
        let looks = world.chain.callCount("eth_getBlockByNumber")

        try await world.run(blocks: nil) {
            if world.log.messages.contains("not reachable") { world.chain.join("chain.test") }
            return try world.state(of: request) == .answered
        }

        #expect(world.chain.callCount("eth_getBlockByNumber") > looks)
        #expect(try world.view.overview().chain.halt == nil)
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }
}
