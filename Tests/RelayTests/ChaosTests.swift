import Ethereum
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Testing
import Transport

/// Everything goes wrong at once for a while: faults of both servers, kills, lost roles and money, others who settle.
///
/// When the dust has settled, every request is closed, once.
@Suite(.timeLimit(.minutes(10)))
struct ChaosTests {
    /// `LILYPAD_SEEDS=1000` for more of them, `LILYPAD_SEED=7` for one.
    static let seeds = Variables.seeds(30)

    @Test(arguments: seeds)
    func closesEveryRequestOnce(seed: UInt64) async throws {
        var chaos = try Chaos(seed: seed)
        for _ in 0..<5 { try await chaos.playRound() }

        try await chaos.calm()

        try chaos.check()
    }
}

/// One seed's world and what is done to it; the story is printed with a failure.
private struct Chaos {
    private let world: RelayWorld
    private var chance: SeededGenerator
    private var requests: [FakeRequest] = []
    private var story: [String] = []
    /// Something was done that may make a settlement of ours revert.
    private var mayRevert = false

    init(seed: UInt64) throws {
        var chance = SeededGenerator(seed: seed)
        let scripts = (0..<7).map { _ in Self.script(&chance) }
        world = try RelayWorld(
            start: UInt64.random(in: 1...2, using: &chance),
            settle: UInt64.random(in: 1...4, using: &chance),
            receipt: UInt64.random(in: 1...4, using: &chance)
        ) { submission in
            // A later try meets another fate, so that busy nodes are not busy for ever.
            scripts[Int(submission.name.utf8.reduce(0) { $0 &+ UInt64($1) } % UInt64(scripts.count))]
        }
        self.chance = chance
        story = ["seed \(seed)"]
    }

    private static func script(_ chance: inout SeededGenerator) -> FakeJobScript {
        let duration = Duration.milliseconds(Int64.random(in: 0...20_000, using: &chance))
        switch Int.random(in: 0..<8, using: &chance) {
        case 0: return FakeJobScript(.traps("wasm error: unreachable"), after: duration)
        case 1: return FakeJobScript(.nodesBusy)
        case 2: return FakeJobScript(.completes(FakeRun(stderr: "oh", exitCode: 3)), after: duration)
        case 3: return FakeJobScript(.refused("does not support docker, only wasm"))
        default: return FakeJobScript(.completes(FakeRun(stdout: "hello\n")), after: duration)
        }
    }

    // MARK: A round

    mutating func playRound() async throws {
        ask()
        for _ in 0..<Int.random(in: 1...4, using: &chance) { disturb() }
        let crash =
            Bool.random(using: &chance) ? CrashSwitch(at: Int.random(in: 0..<150, using: &chance)) : CrashSwitch()
        let end = world.time.now() + Int64.random(in: 1_000...90_000, using: &chance)
        let world = world
        do {
            try await world.run(crash: crash, until: { world.time.now() >= end })
        } catch is Preflight.Problem {
            // It rightly does not start without its role.
            story.append("not started")
        }
        story.append("ran until \(crash.crash?.point ?? "killed")")
    }

    private mutating func ask() {
        let specs = (0..<Int.random(in: 1...3, using: &chance)).map { _ in
            Int.random(in: 0..<6, using: &chance) == 0 ? "once upon a time" : RelayWorld.spec
        }
        requests += world.chain.requests(specs: specs, resultType: UInt8.random(in: 0...3, using: &chance))
        story.append("asked \(specs.count)")
    }

    private mutating func disturb() {
        let count = Int.random(in: 1...6, using: &chance)
        switch Int.random(in: 0..<12, using: &chance) {
        case 0...2:
            let fault = Self.fault(&chance)
            world.chain.failNext(nil as String?, with: fault, count: count)
            story.append("chain: \(count) × \(fault.outcome)")
        case 3...5:
            let fault = Self.fault(&chance)
            world.bacalhau.failNext(nil as String?, with: fault, count: count)
            story.append("orchestrator: \(count) × \(fault.outcome)")
        case 6:
            world.chain.dropAnswerOfNext("eth_sendRawTransaction")
            story.append("answer of a transaction dropped")
        case 7:
            world.chain.evictMempool()
            story.append("mempool evicted")
        case 8:
            world.chain.failNext("eth_sendRawTransaction", with: .error(RPCFailure("transaction underpriced")))
            story.append("underpriced")
        case 9:
            if let request = requests.randomElement(using: &chance) {
                world.chain.settleByOthers(request.jobID)
                mayRevert = true
                story.append("job \(request.jobID) settled by others")
            }
        case 10:
            let allowed = Bool.random(using: &chance)
            world.chain.setRelayer(world.account.address, allowed || requests.count < 3)
            mayRevert = true
            story.append("role: \(allowed)")
        default:
            let wei = Bool.random(using: &chance) ? UInt256.zero : UInt256(1_000_000_000_000_000_000)
            world.chain.setBalance(world.account.address, wei)
            story.append("balance: \(wei)")
        }
    }

    private static func fault(_ chance: inout SeededGenerator) -> Fault {
        switch Int.random(in: 0..<7, using: &chance) {
        case 0: return .refused
        case 1: return .answerDropped
        case 2: return .requestDropped
        case 3: return .timedOut
        case 4: return .status(503, "Server Timeout!", takesEffect: Bool.random(using: &chance))
        case 5: return .status(429, "slow down")
        default: return .late(.milliseconds(Int64.random(in: 10...9_000, using: &chance)))
        }
    }

    // MARK: The end

    /// All faults end, and the relayer gets all the time it wants.
    mutating func calm() async throws {
        world.chain.setRelayer(world.account.address, true)
        world.chain.setBalance(world.account.address, UInt256(1_000_000_000_000_000_000))
        let world = world
        let requests = requests
        do {
            try await world.run(within: .seconds(86_400)) {
                // In this order: what is not stored yet cannot be open.
                try requests.allSatisfy { try world.state(of: $0) != nil } && world.allClosed()
            }
        } catch {
            Issue.record("\(error): \(story.joined(separator: "; "))")
        }
    }

    func check() throws {
        let comment = Comment(rawValue: story.joined(separator: "; "))
        for request in requests {
            let settlements = world.chain.effectiveSettlements(of: request.jobID).count
            switch try world.state(of: request) {
            case .settled?: #expect(settlements == 1, comment)
            case .dead?: #expect(settlements == 0, comment)
            case let state:
                let history = try world.history(of: request)
                Issue.record("job \(request.jobID) is \(String(describing: state)): \(history); \(comment.rawValue)")
            }
        }
        #expect(world.bacalhau.jobs.allSatisfy { $0.version == 1 }, comment)
        if !mayRevert {
            #expect(world.chain.revertedTransactions(of: world.account.address).isEmpty, comment)
        }
    }
}
