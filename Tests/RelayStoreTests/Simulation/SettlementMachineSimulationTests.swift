import Ethereum
import RelayCore
import RelayTestSupport
import Testing

// The machine's column is the store's own: a restart is what it makes of the column.
@testable import RelayStore

/// One settlement machine against a chain that drops, delays, reorganises and is used by others too, restarted from its
/// column at any step.
@Suite(.timeLimit(.minutes(2))) struct SettlementMachineSimulationTests {
    /// `LILYPAD_SEEDS=10000` for more of them, `LILYPAD_START=123456` for others, `LILYPAD_SEED=7` for one.
    static let seeds = SeedVariables.seeds(2_000)

    @Test func endsWithOneSettlementAndPaysForOne() throws {
        for seed in Self.seeds {
            var run = SettlementRun(seed: seed)
            try run.toTheEnd()
            let fault = run.fault()
            #expect(fault == nil, "seed \(seed) failed: \(fault ?? "")")
        }
    }
}

/// The driver, as `SettleService` does it: store where a crash must not forget, perform, apply.
private struct SettlementRun {
    private typealias Live = (nonce: UInt64, gasLimit: UInt64, attempts: [Attempt])

    private var world: ToyChain
    private var stored = SettlementMachine().json
    /// The live settlement's rows, and the highest nonce of one that is not lost.
    private var live: Live?
    private var outcome: SettlementMachine.Outcome?
    private var machine = SettlementMachine()
    private var steps = 0
    private var signed = 0
    private var lostTooEarly: String?

    init(seed: UInt64) { world = ToyChain(seed: seed) }

    mutating func toTheEnd() throws {
        while outcome == nil, steps < 20_000 { try restart() }
    }

    private mutating func restart() throws {
        machine = try SettlementMachine(json: stored, live: live)
        var actions = machine.resume()
        while let action = actions.first {
            steps += 1
            if world.dies() { return }
            switch action {
            case .wake(let at):
                stored = machine.json
                world.wait(until: at)
                return
            case .end(let outcome):
                self.outcome = outcome
                return
            case .askContract, .simulate, .look, .sign, .bump, .broadcast:
                let event = perform(action)
                if world.dies() { return }
                actions = take(event)
            }
        }
    }

    /// Applies, and stores before anything that it asks for is done.
    private mutating func take(_ event: SettlementMachine.Event) -> [SettlementMachine.Action] {
        let before = machine.phase
        let actions = machine.apply(event, at: world.now, limits: world.limits)
        switch (before, machine.phase) {
        case (.signing, .sent(let nonce, let gasLimit, let attempts)):
            live = (nonce, gasLimit, attempts)
            signed += 1
            stored = machine.json
        case (.sent(let nonce, _, _), .checking):
            if world.owner(of: nonce, atDepth: world.receiptConfirmations) != .stranger {
                lostTooEarly = "gave up nonce \(nonce) that no stranger has for good"
            }
            live = nil
            stored = machine.json
        case (.sent, .sent(let nonce, let gasLimit, let attempts)):
            live = (nonce, gasLimit, attempts)
            if case .bumped = event { stored = machine.json }
        default: break
        }
        return actions
    }

    private mutating func perform(_ action: SettlementMachine.Action) -> SettlementMachine.Event {
        switch action {
        case .sign(let gasLimit): world.sign(gasLimit)
        case .bump(let nonce, _, let old): world.bump(nonce, old)
        case .broadcast(let attempt): .broadcast(attempt.hash, world.send(attempt, nonce: live?.nonce ?? 0))
        case .simulate: world.simulate()
        case .look: world.look(live?.nonce ?? 0, live?.attempts ?? [])
        case .askContract, .wake, .end: world.standing()
        }
    }

    func fault() -> String? {
        guard let outcome else { return "no end: \(machine.phase), hold \(machine.hold?.reason ?? "none")" }
        if let lostTooEarly { return lostTooEarly }
        if world.minedOurs > 1 { return "\(world.minedOurs) of ours are mined" }
        switch outcome {
        case .settled(let inclusion):
            return world.settledBy == .us(inclusion.transactionHash) ? nil : "settled by \(world.settledBy)"
        case .settledElsewhere: return world.settledBy == .others ? nil : "settled by \(world.settledBy)"
        case .dead(let reason): return "dead: \(reason)"
        }
    }
}

/// An account's nonces, a pool and one job of a contract.
private struct ToyChain {
    enum Settler: Equatable {
        case nobody
        case others
        case us(Hash32)
    }

    enum Owner { case us, stranger }

    private struct Mined {
        let owner: Owner
        let hash: Hash32
        let block: UInt64
        let succeeded: Bool
        let at: Timestamp
    }

    private var chance: SeededGenerator
    private(set) var now = Timestamp(milliseconds: 1_000_000)
    private(set) var limits = SettlementMachine.Limits()
    private var head: UInt64 = 10
    /// By nonce, in order.
    private var mined: [Mined] = []
    private var pool: [UInt64: Hash32] = [:]
    private(set) var settledBy = Settler.nobody
    private var made = 0
    let receiptConfirmations: UInt64
    private let crashes: Int
    private let trouble: Int

    init(seed: UInt64) {
        chance = SeededGenerator(seed: seed)
        crashes = chance.choose(1_000_000, 60, 12)
        trouble = chance.choose(1_000_000, 12, 4)
        receiptConfirmations = UInt64(chance.within(1...4))
    }

    var minedOurs: Int { mined.count { $0.owner == .us } }

    private var count: UInt64 { UInt64(mined.count) }

    mutating func dies() -> Bool { chance.oneIn(crashes) }

    func owner(of nonce: UInt64, atDepth depth: UInt64) -> Owner? {
        guard nonce < count else { return nil }
        let found = mined[Int(nonce)]
        return head - found.block + 1 >= depth ? found.owner : nil
    }

    // MARK: Time

    mutating func wait(until at: Timestamp) {
        now = max(now, at) + .milliseconds(chance.below(50))
        for _ in 0..<chance.within(0...2) { block() }
    }

    private mutating func block() {
        if chance.oneIn(trouble * 3) { reorg() }
        head += 1
        if chance.oneIn(trouble * 8), settledBy == .nobody { settledBy = .others }
        if chance.oneIn(trouble * 6) { mine(.stranger, Self.hash(chance.below(1 << 40))) }
        if let hash = pool[count], chance.oneIn(2) { mine(.us, hash) }
        pool = pool.filter { $0.key >= count }
    }

    private mutating func mine(_ owner: Owner, _ hash: Hash32) {
        let effective = owner == .us && settledBy == .nobody
        if effective { settledBy = .us(hash) }
        mined.append(Mined(owner: owner, hash: hash, block: head, succeeded: owner == .stranger || effective, at: now))
    }

    /// Takes back what is not as deep as a receipt must be; ours return to the pool.
    private mutating func reorg() {
        while let last = mined.last, head - last.block + 1 < receiptConfirmations {
            mined.removeLast()
            if last.owner == .us { pool[count] = last.hash }
            if settledBy == .us(last.hash) { settledBy = .nobody }
        }
    }

    // MARK: Calls

    mutating func standing() -> SettlementMachine.Event {
        if chance.oneIn(trouble) { return .unavailable(retryAfter: nil) }
        switch settledBy {
        case .nobody: return .contractSaid(.open)
        case .others, .us: return .contractSaid(.closed(.fulfilled))
        }
    }

    mutating func simulate() -> SettlementMachine.Event {
        if chance.oneIn(trouble) { return .unavailable(retryAfter: nil) }
        return .simulated(settledBy == .nobody ? .passes(gasLimit: 90_000) : .reverts("not open"))
    }

    mutating func sign(_ gasLimit: UInt64) -> SettlementMachine.Event {
        if chance.oneIn(trouble) { return .notAffordable("poor: \(chance.below(1_000)) wei") }
        var ledger = NonceLedger(highestStored: nil, chainCount: count)
        return .signed(nonce: ledger.take(), attempt(Fees(maxFeePerGas: UInt256(80), maxPriorityFeePerGas: UInt256(8))))
    }

    mutating func bump(_ nonce: UInt64, _ old: Fees) -> SettlementMachine.Event {
        if chance.oneIn(trouble) { return .unavailable(retryAfter: nil) }
        guard count <= nonce else { return .woke }
        let market = FeeMarket(baseFeePerGas: UInt256(10), priorityFeePerGas: UInt256(1))
        guard let fees = FeePolicy().bumped(old, for: market) else { return .notBumped("cap") }
        return .bumped(attempt(fees))
    }

    private mutating func attempt(_ fees: Fees) -> Attempt {
        made += 1
        return Attempt(hash: Self.hash(-made), rawBytes: [UInt8(truncatingIfNeeded: made)], fees: fees)
    }

    mutating func send(_ attempt: Attempt, nonce: UInt64) -> SettlementMachine.SendOutcome {
        guard nonce >= count else { return .nonceUsed }
        guard chance.oneIn(trouble) else {
            pool[nonce] = attempt.hash
            return .accepted
        }
        switch chance.below(5) {
        case 0: return .unknown
        case 1:
            pool[nonce] = attempt.hash
            return .unknown
        case 2: return .feeTooLow("underpriced")
        case 3: return .refused("pool full")
        default:
            // Taken, and dropped by the pool afterwards.
            return .accepted
        }
    }

    mutating func look(_ nonce: UInt64, _ attempts: [Attempt]) -> SettlementMachine.Event {
        if chance.oneIn(trouble) { return .unavailable(retryAfter: nil) }
        let known = Set(attempts.map(\.hash))
        // Receipts come late for a minute, never later.
        let found = mined.first { known.contains($0.hash) }
        if let found, !(now - found.at < .seconds(60) && chance.oneIn(trouble)) {
            return .seen(sighting(of: found))
        }
        let isSpent = mined.count { head - $0.block + 1 >= receiptConfirmations } > Int(nonce)
        return .seen(SettlementMachine.Sighting(inclusion: nil, nonceIsSpent: isSpent))
    }

    private func sighting(of found: Mined) -> SettlementMachine.Sighting {
        let inclusion = Inclusion(
            transactionHash: found.hash,
            blockNumber: found.block,
            blockHash: Self.hash(Int(found.block)),
            succeeded: found.succeeded,
            gasUsed: 80_000,
            effectiveGasPrice: UInt256(9),
            callbackSucceeded: nil
        )
        return SettlementMachine.Sighting(
            inclusion: inclusion,
            missing: receiptConfirmations - min(head - found.block + 1, receiptConfirmations),
            nonceIsSpent: true
        )
    }

    private static func hash(_ number: Int) -> Hash32 { keccak256(Array("toy \(number)".utf8)) }
}
