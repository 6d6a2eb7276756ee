import Ethereum
import RelayCore
import RelayStore
import RelayTestSupport
import Testing

/// What has been used of the quotas: booked when a job begins, and corrected when it has ended.
@Suite(.timeLimit(.minutes(1))) struct UsageTests {
    private static let now = StoreBench.now

    private func block(_ body: () async throws -> Void) async throws -> QuotaBlock? {
        do {
            try await body()
            return nil
        } catch let block as QuotaBlock {
            return block
        }
    }

    @Test func aClaimThatIsTooLargeLeavesNothing() async throws {
        let bench = try await StoreBench()
        let ids = try await bench.ask(1, 2)
        let quotas = Quotas(requester: Quota(computePerDay: 100))
        try await bench.begin(ids[0], 1, seconds: 60, quotas: quotas)
        let block = try await block { try await bench.begin(ids[1], 1, seconds: 41, quotas: quotas) }
        #expect(block?.limit == .compute && block?.scope == .requester)
        #expect(block?.until == Self.now + .seconds(86_400))
        #expect(block?.text == "the requester's quota of jobs is 100 s of compute a day")
        let listed = try #require(try StoreView(path: bench.path).list(states: [.observed], limit: 9).first)
        #expect(listed.request.id == ids[1])
        #expect(try await bench.turns(maxRunning: 9) == [1])
        // One that fits may.
        try await bench.begin(ids[1], 1, seconds: 40, quotas: quotas)
    }

    @Test func whatTookLessCountsLess() async throws {
        let bench = try await StoreBench()
        let ids = try await bench.ask(1, 3)
        let quotas = Quotas(requester: Quota(computePerDay: 100))
        try await bench.begin(ids[0], 1, seconds: 100, quotas: quotas)
        #expect(try await block { try await bench.begin(ids[1], 1, seconds: 1, quotas: quotas) } != nil)
        // Ten seconds, and a bit counts as one more.
        try await bench.end(ids[0], at: Self.now + .milliseconds(10_001))
        let later = Self.now + .seconds(20)
        #expect(try await block { try await bench.begin(ids[1], 1, seconds: 90, quotas: quotas, at: later) } != nil)
        try await bench.begin(ids[1], 1, seconds: 89, quotas: quotas, at: later)
        // Whatever it took, no more than was booked.
        try await bench.end(ids[1], at: later + .seconds(5_000))
        let full = try await block { try await bench.begin(ids[2], 1, seconds: 1, quotas: quotas, at: later) }
        #expect(full?.limit == .compute)
    }

    /// A quota that has been lowered may have been overdrawn: it opens when enough of that has aged.
    @Test func anOverdrawnQuotaOpensLater() async throws {
        let bench = try await StoreBench()
        let ids = try await bench.ask(1, 4)
        let hours = (0..<3).map { Self.now + .seconds(3_600) * $0 }
        for (id, hour) in zip(ids, hours) {
            try await bench.begin(id, 1, seconds: 40, quotas: Quotas(), at: hour)
        }
        let lowered = Quotas(requester: Quota(computePerDay: 100))
        let block = try await block { try await bench.begin(ids[3], 1, seconds: 30, quotas: lowered, at: hours[2]) }
        #expect(block?.limit == .compute)
        #expect(block?.until == hours[1] + .seconds(86_400))
    }

    @Test func eachNodeCounts() async throws {
        let bench = try await StoreBench()
        let ids = try await bench.ask(1, 2)
        let quotas = Quotas(all: Quota(computePerDay: 100))
        #expect(
            try await block { try await bench.begin(ids[0], 1, seconds: 51, nodes: 2, quotas: quotas) }?.scope == .all
        )
        try await bench.begin(ids[0], 1, seconds: 50, nodes: 2, quotas: quotas)
        try await bench.end(ids[0], at: Self.now + .seconds(10))
        let later = Self.now + .seconds(10)
        #expect(try await block { try await bench.begin(ids[1], 2, seconds: 81, quotas: quotas, at: later) } != nil)
        try await bench.begin(ids[1], 2, seconds: 80, quotas: quotas, at: later)
    }

    /// What a try took stays used: nothing where it found no room, all that was booked where it may run on.
    @Test(arguments: [(EarlierTry.idle, 60), (.over, 50), (.runsOn, 20)] as [(EarlierTry, Int64)])
    func aNextTryIsBookedToo(earlier: EarlierTry, left: Int64) async throws {
        let bench = try await StoreBench()
        let ids = try await bench.ask(1, 2)
        let quotas = Quotas(requester: Quota(computePerDay: 100))
        try await bench.begin(ids[0], 1, seconds: 40, quotas: quotas)
        var change = ComputingChange(request: ids[0], from: .accepted, to: .accepted, wakeAt: .distantFuture)
        change.newJob = ComputingChange.NewJob(attempt: 2, name: "next", body: [1], seconds: 40)
        change.newJob?.earlier = earlier
        let later = Self.now + .seconds(10)
        try await bench.store.record(change, at: later)
        let full = try await block {
            try await bench.begin(ids[1], 1, seconds: left + 1, quotas: quotas, at: later)
        }
        #expect(full?.limit == .compute)
        try await bench.begin(ids[1], 1, seconds: left, quotas: quotas, at: later)
    }

    /// A request whose log was gone and came back begins anew; what it took before is not given back.
    @Test func aSecondAdmissionGivesNothingBack() async throws {
        let bench = try await StoreBench()
        let ids = try await bench.ask(1, 2)
        let quotas = Quotas(requester: Quota(computePerDay: 100))
        try await bench.begin(ids[0], 1, seconds: 60, quotas: quotas)
        _ = try await bench.store.rewind(to: 9, stopJobsAt: Self.now, at: Self.now)
        var given = ComputingChange(request: ids[0], from: .orphaned, to: .orphaned, wakeAt: .distantFuture)
        given.givesUpJob = true
        let later = Self.now + .seconds(60)
        try await bench.store.record(given, at: later)
        let original = try #require(try StoreView(path: bench.path).list(states: [.orphaned], limit: 9).last)
        let back = IngestBatch(requests: [original.request.observed])
        _ = try await bench.store.ingest(back, at: later)
        try await bench.begin(ids[0], 1, seconds: 40, attempt: 2, quotas: quotas, at: later)
        try await bench.end(ids[0], at: later + .seconds(10))
        #expect(try bench.number("SELECT seconds FROM usage WHERE request_id = \(ids[0])") == 70)
    }

    /// A clock that was ahead for a while has not used up the future.
    @Test func whatWasBookedByAWrongClockDoesNotCount() async throws {
        let bench = try await StoreBench()
        let ids = try await bench.ask(1, 2)
        let quotas = Quotas(requester: Quota(perHour: 1))
        try await bench.begin(ids[0], 1, quotas: quotas, at: Self.now + .seconds(31_536_000))
        #expect(try await bench.admission(AdmissionRules(maxRunning: 9, quotas: quotas)).items.count == 1)
        try await bench.begin(ids[1], 1, quotas: quotas)
    }

    @Test func windowsRoll() async throws {
        let bench = try await StoreBench()
        let ids = try await bench.ask(1, 3)
        let quotas = Quotas(requester: Quota(perDay: 1))
        try await bench.begin(ids[0], 1, quotas: quotas)
        let day: Duration = .seconds(86_400)
        let early = Self.now + day - .milliseconds(1)
        #expect(try await block { try await bench.begin(ids[1], 1, quotas: quotas, at: early) }?.limit == .day)
        try await bench.begin(ids[1], 1, quotas: quotas, at: Self.now + day)
        // Somebody else's is not its own.
        try await bench.ask(2, 1)
        try await bench.begin(ids[2] + 1, 2, quotas: quotas, at: Self.now + day)
    }

    @Test func whatIsOldIsForgotten() async throws {
        let bench = try await StoreBench()
        let ids = try await bench.ask(1, 3)
        for (number, id) in ids.enumerated() { try await bench.begin(id, 1, at: Self.now + .seconds(100_000 * number)) }
        #expect(try bench.number("SELECT count(*) FROM usage") == 2)
    }
}
