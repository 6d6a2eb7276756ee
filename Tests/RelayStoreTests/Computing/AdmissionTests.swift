import Ethereum
import RelayCore
import RelayStore
import RelayTestSupport
import Testing

/// Whose turn it is, as the store tells it.
@Suite(.timeLimit(.minutes(1))) struct AdmissionTests {
    private static let (a, b, c) = (UInt16(0xa0), UInt16(0xb0), UInt16(0xc0))

    @Test func theyTakeTurns() async throws {
        let bench = try await StoreBench()
        try await bench.ask(Self.a, 5)
        try await bench.ask(Self.b, 1)
        try await bench.ask(Self.c, 2)
        #expect(
            try await bench.turns(maxRunning: 10) == [Self.a, Self.b, Self.c, Self.a, Self.c, Self.a, Self.a, Self.a]
        )
        #expect(try await bench.turns(maxRunning: 4) == [Self.a, Self.b, Self.c, Self.a])
    }

    @Test func whoeverCameLastIsLast() async throws {
        let bench = try await StoreBench()
        for party in [Self.a, Self.b, Self.c] { try await bench.ask(party, 2) }
        var rules = AdmissionRules(maxRunning: 4)
        rules.last = [.live: bench.party(Self.a)]
        #expect(try await bench.turns(rules) == [Self.b, Self.c, Self.a, Self.b])
        rules.last = [.live: bench.party(0xc5)]
        #expect(try await bench.turns(rules) == [Self.a, Self.b, Self.c, Self.a])
    }

    @Test func whatIsInHandIsNotBegunTwiceAndCounts() async throws {
        let bench = try await StoreBench()
        let ids = try await bench.ask(Self.a, 4)
        let other = try await bench.ask(Self.b, 1)
        var rules = AdmissionRules(maxRunning: 4, quotas: Quotas(requester: Quota(running: 3)))
        rules.inHand = Set(ids.prefix(2))
        let admission = try await bench.admission(rules)
        // Two places are left of four, and one of the three that a requester may have.
        #expect(admission.items.map(\.request.id) == [ids[2]] + other)
    }

    @Test func nobodyRunsMoreThanItsQuota() async throws {
        let bench = try await StoreBench()
        let ids = try await bench.ask(Self.a, 5)
        try await bench.ask(Self.b, 2)
        try await bench.begin(ids[0], Self.a)
        let rules = AdmissionRules(maxRunning: 10, quotas: Quotas(requester: Quota(running: 2)))
        #expect(try await bench.turns(rules) == [Self.a, Self.b, Self.b])
        try await bench.begin(ids[1], Self.a)
        let admission = try await bench.admission(rules)
        #expect(admission.items.map(\.request.observed.party) == [bench.party(Self.b), bench.party(Self.b)])
        #expect(admission.blocks.map(\.party) == [bench.party(Self.a)])
        #expect(admission.blocks.first?.block.limit == .running && admission.blocks.first?.block.until == nil)
        // A job that has ended makes room.
        try await bench.end(ids[0])
        #expect(try await bench.turns(rules) == [Self.a, Self.b, Self.b])
    }

    @Test func aQuotaOfTimeOpensWhenTheOldestIsOver() async throws {
        let bench = try await StoreBench()
        let ids = try await bench.ask(Self.a, 5)
        let now = StoreBench.now
        try await bench.begin(ids[0], Self.a, at: now)
        try await bench.begin(ids[1], Self.a, at: now + .seconds(600))
        let rules = AdmissionRules(maxRunning: 10, quotas: Quotas(requester: Quota(perHour: 2)))
        let blocked = try await bench.admission(rules, at: now + .seconds(700))
        #expect(blocked.items.isEmpty)
        #expect(blocked.blocks.first?.block.limit == .hour)
        #expect(blocked.blocks.first?.block.until == now + .seconds(3_600))
        #expect(try await bench.admission(rules, at: now + .seconds(3_599)).items.isEmpty)
        #expect(try await bench.admission(rules, at: now + .seconds(3_600)).items.count == 1)
        #expect(try await bench.admission(rules, at: now + .seconds(4_200)).items.count == 2)
    }

    @Test func theQuotaOfAllHoldsEverybody() async throws {
        let bench = try await StoreBench()
        let ids = try await bench.ask(Self.a, 2)
        try await bench.ask(Self.b, 2)
        let rules = AdmissionRules(maxRunning: 10, quotas: Quotas(all: Quota(perDay: 2)))
        #expect(try await bench.turns(rules) == [Self.a, Self.b])
        try await bench.begin(ids[0], Self.a)
        try await bench.begin(ids[1], Self.a)
        let admission = try await bench.admission(rules)
        #expect(admission.items.isEmpty)
        #expect(admission.blocks.map(\.party) == [nil])
        #expect(admission.blocks.first?.block.until == StoreBench.now + .seconds(86_400))
    }

    @Test func whatHasWaitedForTooLongIsNamed() async throws {
        let bench = try await StoreBench()
        let ids = try await bench.ask(Self.a, 3)
        var rules = AdmissionRules(maxRunning: 10, quotas: Quotas(requester: Quota(running: 1)))
        try await bench.begin(ids[0], Self.a)
        rules.refusedBefore = StoreBench.now - .milliseconds(1)
        #expect(try await bench.admission(rules).overdue.isEmpty)
        rules.refusedBefore = StoreBench.now
        #expect(try await bench.admission(rules).overdue.map(\.request.id) == Array(ids[1...]))
        rules.inHand = [ids[1]]
        #expect(try await bench.admission(rules).overdue.map(\.request.id) == [ids[2]])
    }

    @Test func aReplayLeavesAQuarterToTheLiveOnes() async throws {
        let bench = try await StoreBench()
        try await bench.ask(Self.a, 10, isLive: false)
        #expect(try await bench.turns(maxRunning: 8).count == 6)
        try await bench.ask(Self.b, 3)
        #expect(try await bench.turns(maxRunning: 8) == [Self.b, Self.b, Self.b, Self.a, Self.a, Self.a])
    }

    /// What is kept for live ones are places: of a small quota they would be all.
    @Test func aReplayHasItsPartOfASmallQuota() async throws {
        let bench = try await StoreBench()
        let ids = try await bench.ask(Self.a, 10, isLive: false)
        let rules = AdmissionRules(maxRunning: 64, quotas: Quotas(all: Quota(perHour: 4)))
        #expect(try await bench.admission(rules).items.map(\.request.id) == Array(ids[..<4]))
        try await bench.ask(Self.b, 3)
        #expect(try await bench.turns(rules) == [Self.b, Self.b, Self.b, Self.a])
    }

    /// One that had to wait for something else is no replay, and comes among those of its party that are new.
    @Test func whatWasPutOffIsNotForgottenForNewOnes() async throws {
        let bench = try await StoreBench()
        let old = try await bench.ask(Self.a, 2)
        let due = StoreBench.now + .seconds(5)
        for id in old {
            let change = ComputingChange(request: id, from: .observed, to: .observed, reason: "why", wakeAt: due)
            try await bench.store.record(change, at: StoreBench.now)
        }
        let new = try await bench.ask(Self.a, 10)
        let rules = AdmissionRules(maxRunning: 5)
        #expect(try await bench.admission(rules).items.map(\.request.id) == Array(new[..<5]))
        let later = try await bench.admission(rules, at: due).items.map(\.request.id)
        #expect(later == [old[0], new[0], old[1], new[1], new[2]])
    }

    @Test func overdueOnesAreFoundInBothLanes() async throws {
        let bench = try await StoreBench()
        let replayed = try await bench.ask(Self.a, 1, isLive: false)
        let live = try await bench.ask(Self.a, 2)
        try await bench.begin(live[0], Self.a)
        var rules = AdmissionRules(maxRunning: 10, quotas: Quotas(requester: Quota(running: 1)))
        rules.refusedBefore = StoreBench.now
        #expect(try await bench.admission(rules).overdue.map(\.request.id) == [live[1]] + replayed)
    }

    @Test func whoRestsIsPassedOver() async throws {
        let bench = try await StoreBench()
        try await bench.ask(Self.a, 2)
        try await bench.ask(Self.b, 1)
        #expect(try await bench.turns(AdmissionRules(maxRunning: 9, resting: [bench.party(Self.a)])) == [Self.b])
        #expect(try await bench.turns(AdmissionRules(maxRunning: 9, wary: [bench.party(Self.a)])) == [Self.a, Self.b])
    }

    /// The job of a request whose log is gone runs on until it is stopped.
    @Test func anOrphansJobCountsAsLongAsItMayRun() async throws {
        let bench = try await StoreBench()
        let ids = try await bench.ask(Self.a, 1, block: 10)
        try await bench.begin(ids[0], Self.a)
        try await bench.ask(Self.a, 2, block: 8)
        _ = try await bench.store.rewind(to: 9, stopJobsAt: .distantFuture, at: StoreBench.now)
        let rules = AdmissionRules(maxRunning: 2, quotas: Quotas(requester: Quota(running: 2)))
        #expect(try await bench.turns(rules) == [Self.a])
        var given = ComputingChange(request: ids[0], from: .orphaned, to: .orphaned, wakeAt: .distantFuture)
        given.givesUpJob = true
        try await bench.store.record(given, at: StoreBench.now)
        #expect(try await bench.turns(rules) == [Self.a, Self.a])
    }

    @Test func fewAreFoundOutAtATime() async throws {
        let bench = try await StoreBench()
        let ids = try await bench.ask(Array(repeating: nil, count: 40))
        try await bench.ask(Self.a, 1)
        var rules = AdmissionRules(maxRunning: 2)
        #expect(try await bench.admission(rules).unknown.map(\.id) == Array(ids[..<16]))
        rules.inHand = Set(ids[..<16])
        let admission = try await bench.admission(rules)
        #expect(admission.unknown.isEmpty)
        // They keep nobody from beginning.
        #expect(admission.items.count == 1)
    }

    @Test func whatIsNotDeepEnoughWaits() async throws {
        let bench = try await StoreBench()
        try await bench.ask(Self.a, 1, block: 12)
        try await bench.ask(Self.a, 1, block: 10)
        #expect(try await bench.admission(AdmissionRules(maxRunning: 9), upTo: 11).items.count == 1)
        #expect(try await bench.admission(AdmissionRules(maxRunning: 9), upTo: 12).items.count == 2)
    }

    @Test func whoseItIsMustBeKnownFirst() async throws {
        let bench = try await StoreBench()
        let id = try await bench.ask(nil, 1)[0]
        let before = try await bench.admission(AdmissionRules(maxRunning: 9))
        #expect(before.items.isEmpty && before.unknown.map(\.id) == [id])
        var rules = AdmissionRules(maxRunning: 9)
        rules.inHand = [id]
        #expect(try await bench.admission(rules).unknown.isEmpty)
        try await bench.store.note(party: bench.party(Self.c), ofTransaction: .zero)
        let after = try await bench.admission(AdmissionRules(maxRunning: 9))
        #expect(after.items.map(\.request.observed.party) == [bench.party(Self.c)] && after.unknown.isEmpty)
        // It stays whose it was.
        try await bench.store.note(party: bench.party(Self.a), ofTransaction: .zero)
        #expect(try await bench.turns(maxRunning: 9) == [Self.c])
    }

    @Test func manyPartiesAreLookedThroughBitByBit() async throws {
        let bench = try await StoreBench()
        try await bench.ask((0..<1_100).map { $0 })
        let rules = AdmissionRules(maxRunning: 9, quotas: Quotas(requester: Quota(running: 0)))
        let first = try await bench.admission(rules)
        #expect(first.items.isEmpty && first.cutOff == [.live: bench.party(1_023)])
        var next = rules
        next.last = first.cutOff
        #expect(try await bench.admission(next).cutOff == [.live: bench.party(947)])
    }

    @Test func thatAPartyWaitsStandsBesideItsNextRequest() async throws {
        let bench = try await StoreBench()
        let ids = try await bench.ask(Self.a, 2)
        try await bench.store.tell("waits: because", nextOf: bench.party(Self.a))
        try await bench.store.tell("waits: because", nextOf: bench.party(Self.b))
        let held = try StoreView(path: bench.path).overview().held
        #expect(held.map(\.request.id) == [ids[0]] && held.map(\.reason) == ["waits: because"])
        #expect(try await bench.turns(maxRunning: 9) == [Self.a, Self.a])
    }
}
