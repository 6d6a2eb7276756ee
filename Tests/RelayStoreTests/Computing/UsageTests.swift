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

    @Test func aNextTryIsBookedToo() async throws {
        let bench = try await StoreBench()
        let ids = try await bench.ask(1, 2)
        let quotas = Quotas(requester: Quota(computePerDay: 100))
        try await bench.begin(ids[0], 1, seconds: 40, quotas: quotas)
        var change = ComputingChange(request: ids[0], from: .accepted, to: .accepted, wakeAt: .distantFuture)
        change.newJob = ComputingChange.NewJob(attempt: 2, name: "next", body: [1], seconds: 40)
        try await bench.store.record(change, at: Self.now)
        #expect(try await block { try await bench.begin(ids[1], 1, seconds: 21, quotas: quotas) } != nil)
        try await bench.begin(ids[1], 1, seconds: 20, quotas: quotas)
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
