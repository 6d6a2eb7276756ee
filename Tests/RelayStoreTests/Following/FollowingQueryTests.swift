import Ethereum
import RelayCore
import RelayStore
import RelayTestSupport
import SQLite
import Testing

/// What following, its operator and the audit of the contract's own count ask of the store.
@Suite(.timeLimit(.minutes(1))) struct FollowingQueryTests {
    @Test func findsTheRequestsThatArePlacedInARange() async throws {
        let bench = try await StoreBench().claimed()
        for (number, block) in [(1, 9), (2, 10), (3, 12), (4, 13)] as [(UInt8, UInt64)] {
            try await bench.ingest(bench.request(number, block: block))
        }
        try await bench.store.orphan([try bench.id(2)], "gone", stopJobsAt: StoreBench.stopJobsAt, at: StoreBench.now)

        #expect(try await bench.store.placed(in: 9...12).map(\.hash) == [1, 3].map { StoreBench.hash($0) })
        let log = try #require(try await bench.store.placed(in: 12...12).first)
        #expect(log.contract == bench.contract)
        #expect(try log.request == bench.id(3))
        #expect(log.place == bench.request(3, block: 12).place)
        #expect(try await bench.store.placed(in: 10...11).isEmpty)
        #expect(try await bench.store.placed(in: 0...(.max)).count == 3)
    }

    @Test func knowsTheJobIDsOfAContractButNotOfOrphans() async throws {
        let bench = try await StoreBench().claimed()
        for (number, block) in [(1, 9), (2, 10), (3, 12), (4, 13)] as [(UInt8, UInt64)] {
            try await bench.ingest(bench.request(number, block: block))
        }
        // Beyond 64 bits there is no sequence.
        let huge = bench.request(9, block: 12)
        let wide = ObservedRequest(
            hash: huge.hash,
            contract: huge.contract,
            jobID: UInt256(bigEndian: [1] + Array(repeating: 0, count: 8)) ?? .zero,
            requester: huge.requester,
            party: huge.party,
            spec: huge.spec,
            resultType: 1,
            place: huge.place
        )
        try await bench.ingest(wide)
        try await bench.store.orphan([try bench.id(3)], "gone", stopJobsAt: StoreBench.stopJobsAt, at: StoreBench.now)
        let store = bench.store
        let contract = bench.cursor.contractID

        #expect(try await store.jobIDs(of: contract, from: 0, in: 0..<100) == [1, 2, 4])
        #expect(try await store.jobIDs(of: contract, from: 2, in: 0..<100) == [2, 4])
        #expect(try await store.jobIDs(of: contract, from: 0, in: 10..<100) == [2, 4])
        #expect(try await store.jobIDs(of: contract, from: 0, in: 10..<13) == [2])
        #expect(try await store.jobIDs(of: contract, from: 0, in: 11..<100) == [4])
        #expect(try await store.jobIDs(of: contract + 1, from: 0, in: 0..<100).isEmpty)
        let blocks = try await store.jobBlocks(of: contract, from: 0, in: 0..<100)
        #expect(Set(blocks.keys) == [1, 2, 4])
        let second = try #require(blocks[2])
        #expect(10..<13 ~= second)
        #expect(try await store.jobBlocks(of: contract, from: 2, in: 10..<13) == [2: second])
        #expect(try await store.jobBlocks(of: contract + 1, from: 0, in: 0..<100).isEmpty)
    }

    @Test func countsWhatLiesAboveABlockByState() async throws {
        let bench = try await StoreBench().claimed()
        for (number, state) in [(1, .observed), (2, .submitted), (3, .orphaned)] as [(UInt8, RequestState)] {
            _ = try await bench.request(number, in: state)
        }
        try await bench.ingest(bench.request(20, block: 11))
        let view = try StoreView(path: bench.path)
        func counts(_ block: UInt64) throws -> [RequestState: Int] {
            Dictionary(uniqueKeysWithValues: try view.counts(above: block).map { ($0.state, $0.count) })
        }
        #expect(try counts(0) == [.observed: 2, .submitted: 1])
        #expect(try counts(9) == counts(0))
        #expect(try counts(10) == [.observed: 1])
        #expect(try counts(11).isEmpty)
        #expect(try counts(.max).isEmpty)
    }

    @Test(arguments: RequestState.allCases)
    func knowsWhetherAnythingIsOpen(state: RequestState) async throws {
        let bench = try await StoreBench().claimed()
        #expect(try await bench.store.hasOpenRequests() == false)
        _ = try await bench.request(1, in: state)
        #expect(try await bench.store.hasOpenRequests() == RequestState.open.contains(state))
    }

    // MARK: Computing and orphans

    private static func batch(_ bench: StoreBench, at now: Timestamp) async throws -> ComputingBatch {
        try await bench.store.computing(upTo: 100, at: now, limit: 10, rules: AdmissionRules(maxRunning: 10))
    }

    @Test(arguments: [RequestState.accepted, .submitted])
    func aJobIsForsakenWhenItsTimeIsOver(state: RequestState) async throws {
        let bench = try await StoreBench().claimed()
        let id = try await bench.request(1, in: state)
        _ = try await bench.store.rewind(to: 9, stopJobsAt: StoreBench.stopJobsAt, at: StoreBench.now)

        let before = try await Self.batch(bench, at: StoreBench.now)
        #expect(before.forsaken.isEmpty && before.advancing.isEmpty && before.admission.items.isEmpty)
        #expect(before.nextDue == StoreBench.stopJobsAt)
        let after = try await Self.batch(bench, at: StoreBench.stopJobsAt)
        #expect(after.forsaken.map(\.request.id) == [id] && after.advancing.isEmpty)
        #expect(after.forsaken.first?.jobName == "lilypad-\(id)-r1" && after.forsaken.first?.jobBody == [1, 2])
        #expect(after.nextDue == nil)
    }

    @Test(arguments: [RequestState.observed, .answered, .settling, .settled, .dead])
    func whatHasNoJobIsNotForsaken(state: RequestState) async throws {
        let bench = try await StoreBench().claimed()
        _ = try await bench.request(1, in: state)
        _ = try await bench.store.rewind(to: 9, stopJobsAt: StoreBench.stopJobsAt, at: StoreBench.now)
        let batch = try await Self.batch(bench, at: StoreBench.later)
        #expect(batch.forsaken.isEmpty && batch.nextDue == nil)
    }

    @Test func backInTimeItKeepsItsJob() async throws {
        let bench = try await StoreBench().claimed()
        let id = try await bench.request(1, in: .submitted)
        _ = try await bench.store.rewind(to: 9, stopJobsAt: StoreBench.stopJobsAt, at: StoreBench.now)
        try await bench.ingest(bench.request(1, block: 12))

        let batch = try await Self.batch(bench, at: StoreBench.later)
        #expect(batch.advancing.map(\.request.id) == [id])
        #expect(batch.advancing.first?.jobName == "lilypad-\(id)-r1" && batch.forsaken.isEmpty)
    }

    private static func givingUp(_ id: Int64, wakeAt: Timestamp) -> ComputingChange {
        var change = ComputingChange(request: id, from: .orphaned, to: .orphaned, wakeAt: wakeAt, event: "job given up")
        change.givesUpJob = true
        return change
    }

    /// A name that was stopped is never used again (design D5); nor is one whose stopping has only begun.
    @Test(arguments: [true, false])
    func backLaterItTakesTheNextName(isStopped: Bool) async throws {
        let bench = try await StoreBench().claimed()
        let id = try await bench.request(1, in: .submitted)
        _ = try await bench.store.rewind(to: 9, stopJobsAt: StoreBench.stopJobsAt, at: StoreBench.now)
        try await bench.store.record(Self.givingUp(id, wakeAt: StoreBench.later), at: StoreBench.stopJobsAt)
        #expect(try await Self.batch(bench, at: StoreBench.stopJobsAt).forsaken.isEmpty)
        // After a crash in the middle it is stopped once more.
        #expect(try await Self.batch(bench, at: StoreBench.later).forsaken.map(\.jobName) == ["lilypad-\(id)-r1"])
        if isStopped {
            try await bench.store.record(Self.givingUp(id, wakeAt: .distantFuture), at: StoreBench.later)
            #expect(try await Self.batch(bench, at: StoreBench.later).forsaken.isEmpty)
        }

        try await bench.ingest(bench.request(1, block: 12))

        let batch = try await Self.batch(bench, at: StoreBench.later)
        #expect(batch.admission.items.map(\.request.id) == [id] && batch.admission.items.map(\.attempts) == [1])
        #expect(batch.advancing.isEmpty && batch.forsaken.isEmpty)
        try await bench.accept(id, attempt: 2)
        #expect(try await Self.batch(bench, at: StoreBench.later).advancing.map(\.jobName) == ["lilypad-\(id)-r2"])
    }

    @Test func aNewRequestHasUsedNoName() async throws {
        let bench = try await StoreBench().claimed()
        _ = try await bench.request(1, in: .observed)
        #expect(try await Self.batch(bench, at: StoreBench.later).admission.items.map(\.attempts) == [0])
    }

    // MARK: Overview

    @Test func theOverviewTellsOfTheChain() async throws {
        let bench = try await StoreBench().claimed()
        try await bench.read(upTo: StoreBench.link(20), final: StoreBench.link(15))
        try await bench.store.skip(5...6, for: [bench.cursor], "too old", at: StoreBench.now)
        try await bench.store.halt(ChainHalt(at: StoreBench.now, reason: "deep"))
        _ = try await bench.request(1, in: .orphaned)
        _ = try await bench.request(2, in: .dead)
        _ = try await bench.store.instruct("accept-chain", arguments: "{}", at: StoreBench.now)
        try await bench.store.report(#"{"head":20}"#, at: StoreBench.later)

        let overview = try bench.overview()
        #expect(overview.chainID == "7" && overview.genesisHash == StoreBench.link(0).hash)
        #expect(overview.cursors.map(\.nextBlock) == [21])
        #expect(overview.chain == (try await bench.store.chain()))
        #expect(overview.chain.final?.number == 15 && overview.chain.halt?.reason == "deep")
        #expect(overview.gaps.map(\.range) == [5...6])
        #expect(overview.counts.map(\.state) == RequestState.allCases)
        #expect(overview.counts.filter { $0.count > 0 }.map(\.state) == [.orphaned, .dead])
        #expect(overview.dead.map(\.reason) == ["no way"])
        // An orphan waits for the chain: nothing holds it.
        #expect(overview.held.isEmpty)
        #expect(overview.openInstructions == 1)
        #expect(overview.report?.json == #"{"head":20}"# && overview.report?.at == StoreBench.later)
    }
}
