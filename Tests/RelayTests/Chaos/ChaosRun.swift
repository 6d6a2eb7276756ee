import Ethereum
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import SQLite
import Synchronization
import Testing
import Transport

/// One seed's world and what became of it.
final class ChaosRun: Sendable {
    let plan: ChaosPlan
    let world: RelayWorld
    let chainWire: ChaosWire
    let bacalhauWire: ChaosWire
    private let began: Int64
    private let state = Mutex(State())

    struct State: Sendable {
        var requests: [FakeRequest] = []
        /// Of those without a requester nobody can be answered.
        var damaged: [(damage: LogDamage, request: FakeRequest)] = []
        var settledByOthers: Set<UInt256> = []
        var submissions: [Submitted] = []
        /// How often the orchestrator has lost its data.
        var epoch = 0
        var story: [String] = []
        var nextCheck: Int64 = 0
        /// Within them calls are counted apart.
        var isOver = false
    }

    /// A version of a job that began.
    struct Submitted: Sendable {
        let submission: FakeSubmission
        let outcome: FakeJobScript.Outcome
        let epoch: Int
    }

    init(seed: UInt64) throws {
        let plan = ChaosPlan(seed: seed)
        self.plan = plan
        let listener = Listener()
        var world = try RelayWorld(start: plan.start, settle: plan.settle, receipt: plan.receipt) { submission in
            let script = plan.script(submission)
            listener.note(submission, script.outcome)
            return script
        }
        began = world.time.now()
        let chain = ChaosWire(world.chain, time: world.time, seed: seed, rates: plan.chainRates)
        let bacalhau = ChaosWire(world.bacalhau, time: world.time, seed: ~seed, rates: plan.bacalhauRates)
        world.chainWire = chain
        world.bacalhauWire = bacalhau
        world.options.compute.limits.grace = .seconds(20)
        world.options.compute.limits.busyTime = .seconds(300)
        world.options.compute.limits.vainTime = .seconds(300)
        world.options.compute.limits.silenceTime = .seconds(300)
        world.options.settle.limits.holdTime = .seconds(200)
        self.world = world
        chainWire = chain
        bacalhauWire = bacalhau
        for (index, client) in [FakeClient.stores, .reverts, .burnsAllGas].enumerated() {
            world.chain.setClient(Self.client(index), client)
        }
        listener.run.withLock { $0 = self }
    }

    /// Hears of submissions once there is somebody to tell.
    private final class Listener: Sendable {
        let run = Mutex<ChaosRun?>(nil)

        func note(_ submission: FakeSubmission, _ outcome: FakeJobScript.Outcome) {
            run.withLock { $0 }?.submitted(submission, outcome)
        }
    }

    private static func client(_ index: Int) -> Address {
        Address(Array(repeating: UInt8(0xc0 + index), count: 20)) ?? .zero
    }

    private func submitted(_ submission: FakeSubmission, _ outcome: FakeJobScript.Outcome) {
        state.withLock {
            $0.submissions.append(Submitted(submission: submission, outcome: outcome, epoch: $0.epoch))
        }
        tell("job \(submission.name) version \(submission.version): \(outcome)")
    }

    var snapshot: State { state.withLock { $0 } }

    func tell(_ what: String) {
        let at = world.time.now() - began
        state.withLock { $0.story.append("\(at) ms: \(what)") }
    }

    /// The seed, what it drew and what happened.
    var story: String {
        let faults = chainWire.given.map { "chain \($0)" } + bacalhauWire.given.map { "bacalhau \($0)" }
        return """
            seed \(plan.seed): confirmations \(plan.start)/\(plan.settle)/\(plan.receipt), a block each \(plan.blockTime), \
            chaos for \(plan.end) ms, chain \(plan.chainRates), orchestrator \(plan.bacalhauRates), \
            lives \(plan.lives.map { "\($0.fatalPoint.map { "point \($0)" } ?? "-")/\($0.lasts)/+\($0.pause)" })
            \(snapshot.story.joined(separator: "\n"))
            \(faults.count) faults
            """
    }

    // MARK: The course of things

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.play() }
            group.addTask { try await self.world.chain.mine(every: self.plan.blockTime) }
            defer { group.cancelAll() }
            for life in plan.lives where !snapshot.isOver { try await live(life) }
            try await lastLife()
        }
    }

    /// Starts a relayer that dies, or refuses to start.
    private func live(_ life: ChaosPlan.Life) async throws {
        let crash = CrashSwitch(at: life.fatalPoint)
        let end = world.time.now() + life.lasts.roundedMilliseconds
        try await start(crash) {
            guard self.world.time.now() >= end else { return false }
            crash.trip()
            return true
        }
        tell("died: \(crash.crash?.point ?? "refused to start")")
        try checkStore("after a death")
        try await world.time.run(for: life.pause)
    }

    private func start(_ crash: CrashSwitch, until condition: @escaping @Sendable () throws -> Bool) async throws {
        tell("start")
        do {
            try await world.run(crash: crash, blocks: nil, within: .seconds(3_600), until: condition)
        } catch let problem as Preflight.Problem {
            tell("refused to start: \(problem)")
            try await world.time.run(for: .seconds(5))
        }
    }

    private func lastLife() async throws {
        while try !snapshot.isOver || !isClosed() {
            try await start(CrashSwitch()) { try self.isDue() && self.isClosed() }
        }
        tell("closed")
        for dead in try StoreView(path: world.database).list(states: [.dead], limit: 1_000) {
            tell("dead: \(dead.request.observed.jobID) \(dead.reason ?? "")")
        }
        try await reviveTheDead()
        try await idle()
    }

    /// Whether it is time to look at the store again; each look costs.
    private func isDue() -> Bool {
        let now = world.time.now()
        return state.withLock { state in
            guard state.isOver, now >= state.nextCheck else { return false }
            state.nextCheck = now + 5_000
            return true
        }
    }

    private func isClosed() throws -> Bool {
        guard try world.allClosed() else { return false }
        let cursor = try StoreView(path: world.database).overview().cursors.map(\.nextBlock).min() ?? 0
        return cursor > lastRequestBlock
    }

    private var lastRequestBlock: UInt64 {
        snapshot.requests.compactMap { world.chain.state.job($0.jobID)?.requestedAt }.max() ?? 0
    }

    /// What was dead for want of a role, money or a sound node is answered once an operator says so.
    private func reviveTheDead() async throws {
        let view = try StoreView(path: world.database)
        let dead = try view.list(states: [.dead], limit: 1_000)
        guard !dead.isEmpty else { return }
        for one in dead {
            _ = try view.instruct(
                "retry",
                arguments: #"{"request":\#(one.request.id)}"#,
                at: Timestamp(milliseconds: world.time.now())
            )
        }
        try await start(CrashSwitch()) {
            guard self.isDue() else { return false }
            let overview = try StoreView(path: self.world.database).overview()
            return overview.openInstructions == 0
                && overview.counts.allSatisfy { $0.count == 0 || [.settled, .dead].contains($0.state) }
        }
    }

    private func idle() async throws {
        let from = world.time.now()
        try await start(CrashSwitch()) { self.world.time.now() >= from + 180_000 }
        let calls = (chainWire.calls + bacalhauWire.calls)
            .filter { (from + 60_000..<from + 180_000).contains($0.at) }
        let counts = Dictionary(grouping: calls, by: \.name).mapValues(\.count)
        // A poll each 4 s asks for the head, and for logs where there is a new one; where blocks come at another pace
        // than polls, up to half of them meet two blocks and ask whether what was read is still below.
        let polls = 31
        let following = 2 * polls + polls / 2
        // Every few minutes come a second reading, the count of jobs, and a block to be final; every ten minutes the node
        // shows which chain it serves. The orchestrator is asked once a minute.
        let most = following + 3 + 1 + 3
        #expect(calls.count <= most, "in two idle minutes: \(counts)\n\(story)")
    }

    // MARK: Events

    private func play() async throws {
        for (at, event) in plan.events {
            try await world.time.sleep(for: .milliseconds(max(0, began + at - world.time.now())))
            tell("\(event)")
            perform(event)
        }
        try await world.time.sleep(for: .milliseconds(max(0, began + plan.end - world.time.now())))
        chainWire.calmDown()
        bacalhauWire.calmDown()
        state.withLock { $0.isOver = true }
        tell("calm")
        // Whoever has nothing to do here any more stays until it is cancelled.
        try await world.time.sleep(for: .seconds(1_000_000))
    }

    private func perform(_ event: ChaosPlan.Event) {
        let chain = world.chain
        switch event {
        case .requests(let numbers, let type, let client):
            let sender = client.map(Self.client)
            let made = chain.requests(specs: numbers.map(ChaosPlan.spec), resultType: type, from: sender)
            state.withLock { $0.requests += made }
        case .damagedLog(let damage):
            let made = chain.emitDamagedLog(damage)
            state.withLock { $0.damaged.append((damage, made)) }
        case .settleByOthers(let failing):
            guard let open = snapshot.requests.first(where: { chain.state(of: $0.jobID) == .requested }) else { return }
            state.withLock { _ = $0.settledByOthers.insert(open.jobID) }
            chain.settleByOthers(open.jobID, failing: failing)
        case .evictMempool: chain.evictMempool()
        case .hideReceipts(let hides): chain.hideReceipts(hides)
        case .delayReceipts(let blocks): chain.delayReceipts(blocks: blocks)
        case .baseFee(let fee): chain.setFees(base: UInt256(fee), tip: UInt256(1_000_000_000))
        case .minimumTip(let tip): chain.setMinimumTip(UInt256(tip))
        case .forgetJobs:
            state.withLock { $0.epoch += 1 }
            world.bacalhau.forgetEverything()
        case .role(let allowed): chain.setRelayer(world.account.address, allowed)
        case .balance(let rich):
            let ether = UInt256(1_000_000_000_000_000_000)
            chain.setBalance(world.account.address, rich ? ether.multipliedSaturating(by: UInt256(1_000)) : .zero)
        case .chainOutage(let kind): chainWire.setOutage(kind)
        case .bacalhauOutage(let kind): bacalhauWire.setOutage(kind)
        }
    }
}

extension Duration {
    fileprivate var roundedMilliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
