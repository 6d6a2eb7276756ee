import Ethereum
import RelayTestSupport

/// What a seed draws: who asks what and when, what goes wrong, when the relayer dies.
struct ChaosPlan: Sendable {
    enum Event: Sendable, Equatable {
        case requests([Int], resultType: UInt8, client: Int?)
        case damagedLog(LogDamage)
        case settleByOthers(failing: Bool)
        case evictMempool
        case hideReceipts(Bool)
        case delayReceipts(UInt64)
        case baseFee(UInt64)
        case minimumTip(UInt64)
        case forgetJobs
        case role(Bool)
        case balance(Bool)
        case chainOutage(ChaosWire.Kind?)
        case bacalhauOutage(ChaosWire.Kind?)
    }

    /// One life of the relayer and the pause after it.
    struct Life: Sendable {
        /// It dies at this point, or after this time.
        let fatalPoint: Int?
        let lasts: Duration
        let pause: Duration
    }

    let seed: UInt64
    let start: UInt64
    let settle: UInt64
    let receipt: UInt64
    let blockTime: Duration
    /// When all faults end; milliseconds from the start.
    let end: Int64
    let chainRates: ChaosWire.Rates
    let bacalhauRates: ChaosWire.Rates
    let events: [(at: Int64, event: Event)]
    let lives: [Life]

    init(seed: UInt64) {
        var chance = SeededGenerator(seed: seed &* 0x9e37_79b9 &+ 17)
        self.seed = seed
        start = UInt64(chance.within(1...3))
        settle = UInt64(chance.within(1...4))
        receipt = UInt64(chance.within(1...4))
        blockTime = .milliseconds(chance.within(2_000...8_000))
        end = Int64(chance.within(60_000...300_000))
        chainRates = Self.rates(&chance)
        bacalhauRates = Self.rates(&chance)
        events = Self.events(until: end, &chance).sorted { $0.at < $1.at }
        lives = Self.lives(until: end, &chance)
    }

    private static func rates(_ chance: inout SeededGenerator) -> ChaosWire.Rates {
        let all = ChaosWire.Kind.allCases
        let kinds = all.filter { _ in !chance.oneIn(3) }
        return ChaosWire.Rates(faults: chance.choose(0, 20, 100, 250, 500), kinds: kinds.isEmpty ? all : kinds)
    }

    private static func lives(until end: Int64, _ chance: inout SeededGenerator) -> [Life] {
        (0..<chance.below(6)).map { _ in
            let isEarly = chance.oneIn(3)
            return Life(
                fatalPoint: chance.oneIn(4) ? nil : chance.below(isEarly ? 4 : 80),
                lasts: .milliseconds(chance.within(10...Int(end / 2))),
                pause: .milliseconds(chance.choose(0, 500, chance.within(0...40_000)))
            )
        }
    }

    private static func events(
        until end: Int64,
        _ chance: inout SeededGenerator
    ) -> [(at: Int64, event: Event)] {
        var events: [(at: Int64, event: Event)] = []
        func moment(_ chance: inout SeededGenerator) -> Int64 { Int64(chance.below(Int(end))) }
        for _ in 0..<chance.within(1...8) {
            let many = chance.oneIn(8) ? 20 : 3
            let specs = (0..<chance.within(1...many)).map { _ in chance.below(1 << 20) }
            let client = chance.oneIn(3) ? chance.below(3) : nil
            let type = UInt8(chance.below(4))
            events.append((moment(&chance), .requests(specs, resultType: type, client: client)))
        }
        for _ in 0..<chance.below(3) {
            let damage = chance.element(of: LogDamage.allCases) ?? .noData
            events.append((moment(&chance), .damagedLog(damage)))
        }
        /// Something that begins and, some time later, ends.
        func spell(_ begin: Event, _ over: Event, oneIn: Int, longest: Int, _ chance: inout SeededGenerator) {
            guard chance.oneIn(oneIn) else { return }
            let from = moment(&chance)
            events.append((from, begin))
            events.append((min(from + Int64(chance.within(1_000...longest)), end), over))
        }
        let outage = chance.element(of: ChaosWire.Kind.allCases) ?? .refused
        spell(.chainOutage(outage), .chainOutage(nil), oneIn: 2, longest: 120_000, &chance)
        spell(.bacalhauOutage(outage), .bacalhauOutage(nil), oneIn: 2, longest: 120_000, &chance)
        spell(.hideReceipts(true), .hideReceipts(false), oneIn: 4, longest: 400_000, &chance)
        spell(.delayReceipts(5), .delayReceipts(0), oneIn: 4, longest: 100_000, &chance)
        spell(.baseFee(40_000_000_000), .baseFee(1_000_000_000), oneIn: 3, longest: 100_000, &chance)
        spell(.minimumTip(1_500_000_000), .minimumTip(0), oneIn: 4, longest: 60_000, &chance)
        spell(.role(false), .role(true), oneIn: 5, longest: 60_000, &chance)
        spell(.balance(false), .balance(true), oneIn: 5, longest: 100_000, &chance)
        for _ in 0..<chance.below(3) { events.append((moment(&chance), .evictMempool)) }
        for _ in 0..<chance.below(3) {
            events.append((moment(&chance), .settleByOthers(failing: chance.oneIn(2))))
        }
        if chance.oneIn(4) { events.append((moment(&chance), .forgetJobs)) }
        return events
    }

    /// What the job of this try of this request does.
    func script(_ submission: FakeSubmission) -> FakeJobScript {
        var chance = SeededGenerator(seed: submission.baseName.utf8.reduce(seed) { $0 &* 31 &+ UInt64($1) })
        let duration = Duration.milliseconds(chance.choose(0, 30, chance.within(0...20_000)))
        let polls = chance.below(3)
        let roll = chance.below(100)
        let busyTries = chance.oneIn(6) ? 100 : chance.within(1...3)
        switch roll {
        case ..<45: return FakeJobScript(.completes(FakeRun(stdout: "hello\n")), after: duration, polls: polls)
        case ..<55:
            let run = FakeRun(stdout: String(repeating: "ä", count: 3_000), stderr: "oh", exitCode: 3)
            return FakeJobScript(.completes(run), after: duration)
        case ..<65: return FakeJobScript(.traps("wasm error: unreachable"), after: duration, polls: polls)
        case ..<75:
            return submission.attempt <= busyTries ? FakeJobScript(.nodesBusy) : .prints("at last\n")
        case ..<80: return FakeJobScript(.refused("does not support docker, only wasm"))
        case ..<84: return FakeJobScript(.timesOut)
        case ..<88: return FakeJobScript(.neverEnds)
        case ..<92: return FakeJobScript(.lost, after: duration)
        case ..<96: return FakeJobScript(.noNode)
        default: return FakeJobScript(.completes(FakeRun()), after: duration)
        }
    }

    /// The spec with this number: most are good.
    static func spec(_ number: Int) -> String {
        switch number % 10 {
        case 0:
            return ["", "once upon a time", "[]", "{", #"{"Engine":{},"Engine":{}}"#, "\u{0}", "{}"][number / 10 % 7]
        case 1: return #"{"Engine":{"Type":"wasm"},"InputSources":[{"Source":{"Type":"local"},"Target":"/etc"}]}"#
        default:
            return #"{"Engine":{"Type":"wasm","Params":{"EntryModule":"/main.wasm","Entrypoint":"_start"}},"#
                + #""InputSources":[{"Source":{"Type":"inline","Params":{"URL":"data:,\#(number)"}},"#
                + #""Target":"/main.wasm"}],"Timeouts":{"TotalTimeout":\#(20 + number % 40)}}"#
        }
    }
}
