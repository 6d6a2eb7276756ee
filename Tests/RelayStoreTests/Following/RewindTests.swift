import Ethereum
import RelayCore
import RelayStore
import RelayTestSupport
import SQLite
import Testing

@Suite(.timeLimit(.minutes(1))) struct RewindTests {
    private static func link(_ number: UInt64, _ branch: UInt8 = 0) -> ChainLink {
        StoreBench.link(number, branch: branch)
    }

    private static func rewind(_ bench: StoreBench, to block: UInt64?) async throws -> Int {
        try await bench.store.rewind(to: block, stopJobsAt: StoreBench.stopJobsAt, at: StoreBench.later)
    }

    // MARK: Cursors and links

    @Test(
        arguments: [
            (30, 21, 10, 20), (20, 21, 10, 20), (15, 16, 10, 15), (9, 10, 10, 9), (5, 6, 6, nil), (4, 5, 5, nil),
            (0, 5, 5, nil), (nil, 5, 5, nil),
        ] as [(UInt64?, UInt64, UInt64, UInt64?)]
    )
    func movesBothCursorsBackButNotBelowTheStart(
        block: UInt64?,
        next: UInt64,
        second: UInt64,
        tip: UInt64?
    ) async throws {
        let bench = try await StoreBench().claimed()
        for number in [9, 15] as [UInt64] { try await bench.read(upTo: Self.link(number)) }
        try await bench.read(upTo: Self.link(20), second: 10)

        _ = try await Self.rewind(bench, to: block)

        let cursor = try #require(try await bench.store.cursors().first)
        #expect(cursor.nextBlock == next && cursor.secondBlock == second && cursor.startBlock == 5)
        #expect(try await bench.store.chain().links.last?.number == tip)
    }

    @Test func leavesOtherContractsThatAreBehindAlone() async throws {
        let bench = try await StoreBench().claimed()
        _ = try await bench.store.register([(address: bench.account, startBlock: 7)])
        try await bench.read(upTo: Self.link(20))
        _ = try await Self.rewind(bench, to: 15)
        #expect(try await bench.store.cursors().map(\.nextBlock) == [16, 7])
        #expect(try await bench.store.cursors().map(\.secondBlock) == [5, 7])
    }

    @Test func theFinalBlockIsNoLongerFinalWhereItIsTakenBack() async throws {
        let bench = try await StoreBench().claimed()
        try await bench.read(upTo: Self.link(20), final: Self.link(15))
        _ = try await Self.rewind(bench, to: 15)
        #expect(try await bench.store.chain().final == Self.link(15))
        _ = try await Self.rewind(bench, to: 14)
        #expect(try await bench.store.chain().final == nil)
        #expect(try bench.sql("SELECT coalesce(final_number, 'none') FROM chain") == ["none"])
        // So far down only an operator's word leads: the anchor at 15 goes with it, and what is final next is the new one.
        #expect(try await bench.store.chain().anchor == nil)
        try await bench.read(upTo: Self.link(20, 1), final: Self.link(14, 1))
        #expect(try await bench.store.chain().final == Self.link(14, 1))
        #expect(try await bench.store.chain().anchor == ChainAnchor(number: 14, hash: Self.link(14, 1).hash))
    }

    @Test func theAnchorStaysWhereABlockAboveItIsTakenBack() async throws {
        let bench = try await StoreBench().claimed()
        try await bench.read(upTo: Self.link(20), final: Self.link(15))
        try await bench.read(upTo: Self.link(21), final: Self.link(17))
        _ = try await Self.rewind(bench, to: 15)
        #expect(try await bench.store.chain().anchor == ChainAnchor(number: 15, hash: Self.link(15).hash))
        try await bench.read(upTo: Self.link(22, 1), final: Self.link(18, 1))
        #expect(try await bench.store.chain().anchor == ChainAnchor(number: 15, hash: Self.link(15).hash))
    }

    // MARK: Requests

    @Test func makesOrphansOnlyAboveTheBlock() async throws {
        let bench = try await StoreBench().claimed()
        for (number, block) in [(1, 9), (2, 10), (3, 11), (4, 12)] as [(UInt8, UInt64)] {
            try await bench.ingest(bench.request(number, block: block))
        }
        #expect(try await Self.rewind(bench, to: 10) == 2)
        #expect(try (1...4).map { try bench.state($0) } == [.observed, .observed, .orphaned, .orphaned])
        // Orphans stay what they are.
        #expect(try await Self.rewind(bench, to: nil) == 2)
        #expect(try bench.listed(3)?.reason?.contains("above block 10") == true)
    }

    @Test(arguments: RequestState.allCases)
    func notesWhereAnOrphanCameFrom(state: RequestState) async throws {
        let bench = try await StoreBench().claimed()
        let id = try await bench.request(1, in: state)
        let count = try await Self.rewind(bench, to: 9)

        #expect(try bench.state(1) == .orphaned)
        #expect(count == (state == .orphaned ? 0 : 1))
        let from = state == .orphaned ? "observed" : state.rawValue
        #expect(try bench.sql("SELECT orphaned_from FROM request WHERE id = \(id)") == [from])
        let last = try #require(try StoreView(path: bench.path).dossier(id)?.history.last)
        #expect(last.event == "log gone" && last.to == .orphaned && last.from?.rawValue == from)
        // Only a job that may run has to be stopped, and not at once.
        let wakeAt = [.accepted, .submitted].contains(state) ? StoreBench.stopJobsAt : .distantFuture
        #expect(
            try bench.sql("SELECT CAST(wake_at AS TEXT) FROM request WHERE id = \(id)") == ["\(wakeAt.milliseconds)"]
        )
    }

    @Test(arguments: [RequestState.settling, .settled])
    func aSettlementOnTheOtherBranchIsLost(state: RequestState) async throws {
        let bench = try await StoreBench().claimed()
        let id = try await bench.request(1, in: state)
        _ = try await Self.rewind(bench, to: 9)
        #expect(try StoreView(path: bench.path).dossier(id)?.settlements.map(\.state) == ["lost"])
        #expect(try await bench.store.highestNonce(of: bench.account) == nil)
        #expect(try await bench.store.liveSettlements().isEmpty)
    }

    /// Signing is deterministic: where the node forgot the transaction, the same bytes are made once more.
    @Test func theSameBytesMayBeSignedAgain() async throws {
        let bench = try await StoreBench().claimed()
        let id = try await bench.request(1, in: .settling)
        _ = try await Self.rewind(bench, to: 9)
        try await bench.ingest(bench.request(1, block: 12))
        #expect(try bench.state(1) == .answered)

        try await bench.store.record([bench.signing(id, nonce: 1)], at: StoreBench.later)

        let item = try #require(try await bench.store.settling(dueBy: .distantFuture, limit: 10).first)
        guard case .sent(1, _, let attempts) = item.machine.phase else {
            Issue.record("the machine is \(item.machine.phase)")
            return
        }
        #expect(attempts.map(\.rawBytes) == [[1, 2, 3]] && attempts.map(\.lastSentAt) == [nil])
        #expect(try StoreView(path: bench.path).dossier(id)?.settlements.map(\.state) == ["lost", "live"])
    }

    // MARK: Back again

    @Test(
        arguments: [
            (.observed, .observed), (.accepted, .accepted), (.submitted, .submitted), (.answered, .answered),
            (.settling, .answered), (.settled, .answered), (.dead, .observed),
        ] as [(RequestState, RequestState)]
    )
    func goesOnFromWhereItWas(from: RequestState, to: RequestState) async throws {
        let bench = try await StoreBench().claimed()
        let id = try await bench.request(1, in: from)
        _ = try await Self.rewind(bench, to: 9)

        let report = try await bench.ingest(bench.request(1, block: 12))

        #expect(report.known == 1 && report.returned == 1 && report.found == 0)
        let listed = try #require(try bench.listed(1))
        #expect(listed.request.id == id && listed.request.state == to && listed.reason == nil)
        #expect(listed.request.observed.place.blockNumber == 12)
        #expect(
            try bench.sql("SELECT wake_at || coalesce(orphaned_from, '-') FROM request WHERE id = \(id)") == ["0-"]
        )
        let last = try #require(try StoreView(path: bench.path).dossier(id)?.history.last)
        #expect(last.event == "log back" && last.from == .orphaned && last.to == to && last.detail == "in block 12")
        if from == .settling || from == .settled {
            #expect(try bench.sql("SELECT coalesce(settling, '-') FROM request WHERE id = \(id)") == ["-"])
        }
    }

    /// With an answer, one that was given up as dead is asked of the contract once more.
    @Test func aDeadRequestWithAnAnswerIsAnsweredAgain() async throws {
        let bench = try await StoreBench().claimed()
        let id = try await bench.answered(1)
        let dead = SettlingChange(
            request: id,
            from: .answered,
            to: .dead,
            machine: SettlementMachine(),
            reason: "no money",
            event: "dead"
        )
        try await bench.store.record([dead], at: StoreBench.now)
        _ = try await Self.rewind(bench, to: 9)
        try await bench.ingest(bench.request(1, block: 12))
        #expect(try bench.state(1) == .answered)
    }

    @Test func theSameLogElsewhereIsTheSameRequest() async throws {
        let bench = try await StoreBench().claimed()
        try await bench.ingest(bench.request(1, block: 10))
        _ = try await Self.rewind(bench, to: 9)
        let original = bench.request(1, block: 11)
        let moved = ObservedRequest(
            hash: original.hash,
            contract: original.contract,
            jobID: original.jobID,
            requester: original.requester,
            party: original.party,
            spec: original.spec,
            resultType: original.resultType,
            place: Place(
                blockNumber: 11,
                blockHash: original.place.blockHash,
                transactionHash: StoreBench.hash(77),
                logIndex: 9
            )
        )
        #expect(try await bench.ingest(moved).returned == 1)
        #expect(try bench.listed(1)?.request.observed.place == moved.place)
        #expect(try bench.sql("SELECT count(*) || '' FROM request") == ["1"])
    }

    /// Another request under the same job id is another one.
    @Test func aJobIDThatIsGivenToSomebodyElseIsAnotherRequest() async throws {
        let bench = try await StoreBench().claimed()
        try await bench.ingest(bench.request(1, tail: 1, block: 10))
        _ = try await Self.rewind(bench, to: 9)
        let report = try await bench.ingest(bench.request(1, tail: 2, block: 10))
        #expect(report.found == 1 && report.returned == 0)
        #expect(try bench.listed(1, tail: 1)?.request.state == .orphaned)
        #expect(try bench.listed(1, tail: 2)?.request.state == .observed)
    }

    // MARK: One by one

    @Test func makesOrphansOfWhatACloserLookDidNotFind() async throws {
        let bench = try await StoreBench().claimed()
        let first = try await bench.request(1, in: .submitted)
        let second = try await bench.request(2, in: .answered)
        try await bench.store.orphan(
            [first, first, 99],
            "block 10 has no such log",
            stopJobsAt: StoreBench.stopJobsAt,
            at: StoreBench.later
        )
        #expect(try bench.state(1) == .orphaned && bench.state(2) == .answered)
        #expect(try bench.listed(1)?.reason == "block 10 has no such log")
        #expect(try StoreView(path: bench.path).dossier(first)?.history.filter { $0.event == "log gone" }.count == 1)
        #expect(try StoreView(path: bench.path).dossier(second)?.history.contains { $0.event == "log gone" } == false)
    }

    /// Claim and registering, and one reading: the rewind is the fourth commit.
    @Test(arguments: [true, false])
    func takesBackAllOrNothing(diesBeforeTheCommit: Bool) async throws {
        struct Died: Error {}
        let hooks = WriterHooks(
            beforeCommit: { if diesBeforeTheCommit, $0 == 4 { throw Died() } },
            afterCommit: { if !diesBeforeTheCommit, $0 == 4 { throw Died() } }
        )
        let bench = try await StoreBench(hooks: hooks).claimed()
        try await bench.read(bench.request(1), upTo: Self.link(20), final: Self.link(15), second: 12)
        await #expect(throws: Died.self) { try await Self.rewind(bench, to: 8) }
        await bench.store.close()

        let overview = try bench.overview()
        let isDone = !diesBeforeTheCommit
        #expect(try bench.state(1) == (isDone ? .orphaned : .observed))
        #expect(overview.cursors.map(\.nextBlock) == [isDone ? 9 : 21])
        #expect(overview.cursors.map(\.secondBlock) == [isDone ? 9 : 12])
        #expect(overview.chain.links.map(\.number) == (isDone ? [] : [15, 20]))
        #expect((overview.chain.final == nil) == isDone)
    }
}
