import Ethereum
import JSON
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Telemetry
import Testing

/// Who asks for very much delays himself: requesters take turns, and each has its quotas.
@Suite(.timeLimit(.minutes(2)))
struct FairnessTests {
    /// The worst kind: it runs until its time-out.
    private static let endless = RelayWorld.spec.replacing("_start", with: "endless")
    private static let flooder = TestAccount(seed: 66).address

    private static func world(settle: UInt64 = 2) throws -> RelayWorld {
        try RelayWorld(settle: settle) { submission in
            let entry = submission.task?["Engine"]?["Params"]?["Entrypoint"]?.string
            return entry == "endless" ? FakeJobScript(.neverEnds) : .prints("hello\n")
        }
    }

    /// How many jobs of the flood were submitted before each of the others' jobs.
    private func jobsBefore(_ others: [FakeRequest], _ world: RelayWorld) throws -> [Int] {
        let names = Set(try others.flatMap { try world.dossier(of: $0)?.jobs.map(\.name) ?? [] })
        var before = 0
        var found: [Int] = []
        for job in world.bacalhau.jobs {
            if names.contains(job.name) { found.append(before) } else { before += 1 }
        }
        return found
    }

    @Test func aFloodIsPassedByThoseWhoAskForLittle() async throws {
        var world = try Self.world()
        // Turns alone must do it: it may have all places.
        world.options.compute.quotas.requester.running = 64
        let flood = world.chain.submitRequests(specs: Array(repeating: Self.endless, count: 300), from: Self.flooder)
        let others = (0..<10).map { number in
            world.chain.submitRequests(specs: [RelayWorld.spec], from: TestAccount(seed: 100 + number).address)
        }
        world.chain.mine()
        #expect(world.chain.requests(in: flood).count == 300)
        let asked = others.flatMap { world.chain.requests(in: $0) }
        #expect(asked.count == 10)

        try await world.run { [world] in world.allSettled(asked) }

        // Of those that are begun together any may be the first; in the order of their coming all 300 would be before.
        let before = try jobsBefore(asked, world)
        #expect(before.count == 10 && before.allSatisfy { $0 < 64 }, "\(before)")
        for request in asked { #expect(world.answer(to: request) == .fulfilled(resultType: 1, result: "hello\n")) }
    }

    @Test func aFloodThatWasFirstLeavesRoom() async throws {
        let world = try Self.world()
        world.chain.requests(specs: Array(repeating: Self.endless, count: 300), from: Self.flooder)
        // A quarter of 64 places is all that one requester has.
        try await world.run { [bacalhau = world.bacalhau] in bacalhau.jobs.count == 16 }
        let others = (0..<10).map { number in
            world.chain.request(spec: RelayWorld.spec, from: TestAccount(seed: 100 + number).address)
        }
        try await world.run { world.allSettled(others) }

        #expect(try jobsBefore(others, world) == Array(repeating: 16, count: 10))
        #expect(world.log.messages.contains("requests wait for a quota"))
        let held = try StoreView(path: world.database).overview().held
        #expect(
            held.contains {
                $0.reason == "waits: the requester's quota of jobs is 16 at a time (policy.quotas.requester.running)"
            }
        )
    }

    @Test func anHourLaterThereIsRoomAgain() async throws {
        var world = try Self.world()
        world.options.compute.quotas.requester.perHour = 3
        let requests = world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: 5))
        try await world.run { [world] in world.allSettled(Array(requests[..<3])) }
        let half = world.time.now() + 1_800_000
        try await world.run { [time = world.time] in time.now() >= half }
        #expect(world.bacalhau.jobs.count == 3)

        try await world.runUntilClosed(requests)

        #expect(world.bacalhau.jobs.count == 5)
        for request in requests { #expect(world.answer(to: request) == .fulfilled(resultType: 1, result: "hello\n")) }
    }

    @Test func whatWaitsInVainIsRefused() async throws {
        var world = try Self.world()
        world.options.compute.quotas.all.perDay = 2
        world.options.compute.quotas.patience = .seconds(1_200)
        let requests = world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: 4))

        try await world.runUntilClosed(requests)

        #expect(world.bacalhau.jobs.count == 2)
        let reasons = requests.compactMap { world.reason(of: $0) }
        #expect(reasons.count == 2)
        for reason in reasons {
            #expect(
                reason == "refused by the operator's policy: quota-day: the relayer's quota of jobs is 2 a day,"
                    + " and it has waited 1200 s in vain"
            )
        }
        #expect(
            try world.dossier(of: requests[3])?.history.last { $0.event == "refused" }?.detail?
                .contains("policy.quotas.all.perDay") == true
        )
    }

    @Test func aQuotaOfComputeCountsTimeOutsAndThenTime() async throws {
        var world = try RelayWorld { _ in FakeJobScript(.completes(FakeRun(stdout: "hello\n")), after: .seconds(10)) }
        // Two time-outs of half an hour fit at a time; a third only when one has ended.
        world.options.compute.quotas.requester.computePerDay = 4_000
        let requests = world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: 6))
        try await world.run { [bacalhau = world.bacalhau] in bacalhau.jobs.count == 2 }
        #expect(!world.allSettled(requests))

        try await world.runUntilClosed(requests)

        for request in requests { #expect(world.answer(to: request) == .fulfilled(resultType: 1, result: "hello\n")) }
    }

    @Test func whatIsTooLargeForTheQuotaAloneIsRefusedAtOnce() async throws {
        var world = try Self.world()
        world.options.compute.quotas.requester.computePerDay = 1_799
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilClosed([request], within: .seconds(600))

        #expect(world.bacalhau.jobs.isEmpty)
        #expect(
            world.reason(of: request)?.contains(
                "quota-compute: its job may take 1800 s of compute, and the requester's quota of jobs is 1799 s of compute a day"
            ) == true
        )
    }

    /// A contract that lets anybody be named as requester: whoever sends the transactions has the quota.
    @Test func whoNamesOthersIsKnownByHisTransactions() async throws {
        var world = try Self.world()
        var binding = ContractBinding.reference
        binding.fields.isRequesterClaimed = true
        world.options.contracts = [Relayer.Contract(address: world.chain.bridge, startBlock: 0, binding: binding)]
        world.options.compute.quotas.requester.running = 2
        let flood = world.chain.requests(specs: Array(repeating: Self.endless, count: 4), from: Self.flooder)
        let other = world.chain.request(spec: RelayWorld.spec, from: TestAccount(seed: 100).address)

        try await world.run { [world] in world.allSettled([other]) && world.bacalhau.jobs.count == 3 }

        #expect(try world.listed(other)?.request.observed.party == TestAccount(seed: 100).address)
        #expect(try world.listed(flood[0])?.request.observed.party == Self.flooder)
    }

    /// Patience does not begin anew with each start, and the time in which no relayer ran is nobody's.
    @Test func restartsDoNotProlongPatience() async throws {
        var world = try Self.world()
        world.options.compute.quotas.requester.perDay = 1
        world.options.compute.quotas.patience = .seconds(1_800)
        let requests = world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: 2))
        let start = world.time.now()
        for _ in 0..<2 {
            let end = world.time.now() + 600_000
            try await world.run { [time = world.time] in time.now() >= end }
        }
        #expect(try world.state(of: requests[1]) == .observed)

        try await world.runUntilClosed(requests)

        #expect(world.reason(of: requests[1])?.contains("quota-day") == true)
        // Were it to begin anew with each start, it would be 3,000 s.
        #expect((1_800_000..<2_900_000).contains(world.time.now() - start), "\(world.time.now() - start)")
    }

    /// One who asks for more than is left of a quota is not asked about again and again.
    @Test func whatDoesNotFitCostsFewCalls() async throws {
        var world = try Self.world()
        world.options.compute.quotas.requester.computePerDay = 1_801
        let ids = world.chain.requests(specs: [Self.endless] + Array(repeating: RelayWorld.spec, count: 100))
        try await world.run { [bacalhau = world.bacalhau] in bacalhau.jobs.count == 1 }
        let before = world.chain.callCount("eth_call")
        let end = world.time.now() + 300_000
        try await world.run { [time = world.time] in time.now() >= end }
        // As many as may run at first, then one in 15 s, and what a start asks.
        #expect(world.chain.callCount("eth_call") - before <= 60, "\(world.chain.callCount("eth_call") - before)")
        #expect(try world.state(of: ids[100]) == .observed)
    }

    /// What is used is stored: a restart gives nobody a second helping.
    @Test func aRestartForgetsNoQuota() async throws {
        var world = try Self.world()
        world.options.compute.quotas.requester.perDay = 2
        let requests = world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: 3))
        try await world.run { [world] in world.allSettled(Array(requests[..<2])) }
        let later = world.time.now() + 3_600_000
        try await world.run { [time = world.time] in time.now() >= later }
        #expect(world.bacalhau.jobs.count == 2)
        #expect(try world.state(of: requests[2]) == .observed)
    }
}
