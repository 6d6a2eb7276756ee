import Ethereum
import RelayCore
import RelayStore
import RelayTestSupport
import SQLite
import Testing

@Suite(.timeLimit(.minutes(1))) struct StoredChainTests {
    private static func link(_ number: UInt64, _ branch: UInt8 = 0) -> ChainLink {
        StoreBench.link(number, branch: branch)
    }

    @Test func aNewFileKnowsNothing() async throws {
        let bench = try await StoreBench()
        let chain = try await bench.store.chain()
        #expect(chain.identity == nil && chain.links.isEmpty && chain.final == nil && chain.anchor == nil)
        #expect(chain.halt == nil)
        #expect(chain.canonical == CanonicalChain())
    }

    @Test func keepsLinksInOrderWithTheFinalOne() async throws {
        let bench = try await StoreBench().claimed()
        for number in [9, 6, 12] as [UInt64] { try await bench.read(upTo: Self.link(number)) }
        try await bench.read(upTo: Self.link(15), final: Self.link(9))

        let chain = try await bench.store.chain()
        #expect(chain.identity == ChainIdentity(chainID: 7, genesisHash: Self.link(0).hash))
        #expect(chain.links == [6, 9, 12, 15].map { Self.link($0) })
        #expect(chain.final == Self.link(9))
        #expect(chain.canonical == CanonicalChain(links: [9, 12, 15].map { Self.link($0) }, final: Self.link(9)))
    }

    @Test func aLaterReadingOfAHeightCounts() async throws {
        let bench = try await StoreBench().claimed()
        try await bench.read(upTo: Self.link(9))
        try await bench.read(upTo: Self.link(9, 1))
        #expect(try await bench.store.chain().links == [Self.link(9, 1)])
    }

    @Test func setsTheAnchorOnceAndTheFinalBlockOnlyUpwards() async throws {
        let bench = try await StoreBench().claimed()
        try await bench.read(upTo: Self.link(20), final: Self.link(8))
        try await bench.read(upTo: Self.link(21), final: Self.link(12))
        try await bench.read(upTo: Self.link(22), final: Self.link(10))

        let chain = try await bench.store.chain()
        #expect(chain.anchor == ChainAnchor(number: 8, hash: Self.link(8).hash))
        #expect(chain.final == Self.link(12))
    }

    @Test func block0CanBeFinal() async throws {
        let bench = try await StoreBench().claimed()
        try await bench.read(upTo: Self.link(1), final: Self.link(0))
        let chain = try await bench.store.chain()
        #expect(chain.final == Self.link(0) && chain.anchor?.number == 0)
    }

    /// Old links go, but never the final one, nor what lies above it.
    @Test func trimsOnlyBelowTheFinalBlock() async throws {
        let bench = try await StoreBench().claimed()
        for number in [100, 300, 600, 900] as [UInt64] { try await bench.read(upTo: Self.link(number)) }
        try await bench.read(upTo: Self.link(9_000))
        #expect(try await bench.store.chain().links.map(\.number) == [100, 300, 600, 900, 9_000])

        try await bench.read(upTo: Self.link(9_001), final: Self.link(600))
        #expect(try await bench.store.chain().links.map(\.number) == [600, 900, 9_000, 9_001])
        #expect(try await bench.store.chain().final == Self.link(600))

        // What is kept below the newest one is kept below the final one too.
        try await bench.read(upTo: Self.link(9_002), final: Self.link(9_000))
        #expect(try await bench.store.chain().links.map(\.number) == [9_000, 9_001, 9_002])
        try await bench.read(upTo: Self.link(13_098))
        #expect(try await bench.store.chain().links.map(\.number) == [9_000, 9_001, 9_002, 13_098])
    }

    @Test("while nothing becomes final, one of each 256 heights far below the newest is kept")
    func thinsWhatIsNotFinal() async throws {
        let bench = try await StoreBench().claimed()
        try await bench.read(upTo: Self.link(7), final: Self.link(7))
        for number in stride(from: 8, through: 6_000, by: 4) as StrideThrough<UInt64> {
            try await bench.read(upTo: Self.link(number))
        }

        let numbers = try await bench.store.chain().links.map(\.number)
        #expect(numbers.first == 7, "the final one stays")
        let old = numbers.filter { $0 > 7 && $0 < 1_900 }
        #expect(old == [8, 256, 512, 768, 1_024, 1_280, 1_536, 1_792])
        #expect(numbers.count { $0 >= 1_904 } == 1_025, "those near the newest are all there")
    }

    @Test func bearsTheHighestNumbers() async throws {
        let bench = try await StoreBench().claimed()
        let link = ChainLink(
            number: UInt64(Int64.max),
            hash: StoreBench.hash(1),
            parentHash: StoreBench.hash(2),
            timestamp: UInt64(Int64.max)
        )
        _ = try await bench.store.ingest(IngestBatch(link: link, final: link), at: StoreBench.now)
        #expect(try await bench.store.chain().links == [link])
        #expect(try await bench.store.chain().final == link)
    }

    // MARK: Halt

    @Test func staysHaltedUntilAnOperatorHasLooked() async throws {
        let bench = try await StoreBench().claimed()
        let halt = ChainHalt(at: StoreBench.now, reason: "block 9 was final")
        try await bench.store.halt(halt)
        await bench.store.close()

        let again = try RelayStore(path: bench.path)
        #expect(try await again.chain().halt == halt)
        #expect(try bench.overview().chain.halt == halt)
        let other = try await again.instruct("retry", arguments: "{}", at: StoreBench.now)
        let id = try await again.instruct("accept-chain", arguments: "{}", at: StoreBench.now)
        try await again.resume(by: id, outcome: "accepted", at: StoreBench.later)
        #expect(try await again.chain().halt == nil)
        let view = try StoreView(path: bench.path)
        #expect(try view.instruction(id)?.state == .done && view.instruction(id)?.outcome == "accepted")
        #expect(try view.instruction(other)?.state == .waiting)
    }

    /// Claim, register, halt and instruction are four commits.
    @Test(arguments: [true, false])
    func endsTheHaltAndItsInstructionTogether(diesBeforeTheCommit: Bool) async throws {
        struct Died: Error {}
        let hooks = WriterHooks(
            beforeCommit: { if diesBeforeTheCommit, $0 == 5 { throw Died() } },
            afterCommit: { if !diesBeforeTheCommit, $0 == 5 { throw Died() } }
        )
        let bench = try await StoreBench(hooks: hooks).claimed()
        try await bench.store.halt(ChainHalt(at: StoreBench.now, reason: "deep"))
        let id = try await bench.store.instruct("accept-chain", arguments: "{}", at: StoreBench.now)
        await #expect(throws: Died.self) {
            try await bench.store.resume(by: id, outcome: "accepted", at: StoreBench.now)
        }
        await bench.store.close()

        #expect((try bench.overview().chain.halt != nil) == diesBeforeTheCommit)
        #expect(try StoreView(path: bench.path).instruction(id)?.state == (diesBeforeTheCommit ? .waiting : .done))
    }

    @Test func cutsALongReason() async throws {
        let bench = try await StoreBench().claimed()
        try await bench.store.halt(ChainHalt(at: StoreBench.now, reason: String(repeating: "x", count: 10_000)))
        #expect(try await bench.store.chain().halt?.reason.utf8.count == 4_096)
    }

    // MARK: Instructions

    /// One for an earlier halt, which nobody carried out, does not stand in the way of the one for this halt.
    @Test func findsTheOpenInstructionWithTheseArguments() async throws {
        let bench = try await StoreBench()
        let store = bench.store
        func open(_ arguments: String) async throws -> Instruction? {
            try await store.openInstructions("accept-chain").first { $0.arguments == arguments }
        }
        _ = try await store.instruct("retry", arguments: "2", at: StoreBench.now)
        #expect(try await open("2") == nil)
        let first = try await store.instruct("accept-chain", arguments: "1", at: StoreBench.now)
        let second = try await store.instruct("accept-chain", arguments: "2", at: StoreBench.now)
        _ = try await store.instruct("accept-chain", arguments: "2", at: StoreBench.now)
        #expect(try await open("1")?.id == first)
        #expect(try await open("2")?.id == second)
        try await store.progress(second, "{}", at: StoreBench.now)
        #expect(try await open("2")?.state == .running)
        try await store.finish(first, failed: true, outcome: "no", at: StoreBench.now)
        #expect(try await open("1") == nil)
    }
}
