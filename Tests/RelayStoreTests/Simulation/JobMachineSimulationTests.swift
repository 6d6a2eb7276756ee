import Bacalhau
import RelayCore
import RelayTestSupport
import Testing

// The machine's column is the store's own: a restart is what it makes of the column.
@testable import RelayStore

/// One job machine against an orchestrator that drops, delays and doubts, restarted from its column at any step.
@Suite(.timeLimit(.minutes(2))) struct JobMachineSimulationTests {
    /// `LILYPAD_SEEDS=10000` for more of them, `LILYPAD_START=123456` for others, `LILYPAD_SEED=7` for one.
    static let seeds = SeedVariables.seeds(2_000)

    @Test func endsWithOneJobThatCounts() throws {
        for seed in Self.seeds {
            var run = JobRun(seed: seed)
            try run.toTheEnd()
            let fault = run.fault()
            #expect(fault == nil, "seed \(seed) failed: \(fault ?? "")")
        }
    }

    /// The same with a second orchestrator, and times in which one or both are away: a try that is left counts for nothing.
    @Test func goesWhereAnOrchestratorIsAndCountsOneJob() throws {
        var moves = 0
        for seed in Self.seeds {
            var run = JobRun(seed: seed, orchestrators: 2)
            try run.toTheEnd()
            let fault = run.fault()
            #expect(fault == nil, "seed \(seed) failed: \(fault ?? "")")
            moves += run.moves
        }
        // A single seed may have none.
        #expect(moves > 0 || Self.seeds.count < 100)
    }
}

/// The driver, as `ComputeService` does it: store where a crash must not forget, perform, apply.
private struct JobRun {
    private var worlds: [Orchestrator]
    /// Which of them the latest try went to.
    private var place = 0
    private var stored: (machine: String, place: Int)
    private(set) var answer: Answer?
    private var machine: JobMachine
    private var steps = 0

    var moves: Int { machine.moves?.count ?? 0 }

    init(seed: UInt64, orchestrators: Int = 1) {
        worlds = (0..<orchestrators).map {
            Orchestrator(seed: seed &+ UInt64($0) << 32, isAwayAtTimes: orchestrators > 1)
        }
        machine = JobMachine(resultType: .stdout, timeoutSeconds: 20, startedAt: worlds[0].now)
        stored = (machine.json, 0)
    }

    private var world: Orchestrator {
        get { worlds[place] }
        set {
            worlds[place] = newValue
            for index in worlds.indices where index != place { worlds[index].pass(to: newValue.now) }
        }
    }

    mutating func toTheEnd() throws {
        while answer == nil, steps < 5_000 { try restart() }
    }

    /// From the stored state until it waits, ends or dies.
    private mutating func restart() throws {
        machine = try JobMachine(json: stored.machine, answer: nil)
        place = stored.place
        var actions = apply(.woke)
        while let action = actions.first {
            steps += 1
            if world.dies() { return }
            switch action {
            case .wake(let at):
                stored = (machine.json, place)
                world.wait(until: at)
                return
            case .answer(let answer):
                self.answer = answer
                return
            case .lookUp, .submit, .stop, .fetch:
                let event = world.perform(action, try: machine.attempt)
                if world.dies() { return }
                actions = apply(event)
            }
        }
    }

    private mutating func apply(_ event: JobMachine.Event) -> [JobMachine.Action] {
        let before = machine
        let now = world.now
        let elsewhere = worlds.indices.contains { $0 != place && !worlds[$0].isAway }
        let actions = machine.apply(event, at: now, limits: world.limits, elsewhere: elsewhere)
        if machine.attempt != before.attempt {
            let isMove = machine.moves != before.moves
            place = worlds.indices.first { !(isMove && $0 == place) && !worlds[$0].isAway } ?? place
            stored = (machine.json, place)
        }
        return actions
    }

    /// What is wrong with how it ended.
    func fault() -> String? {
        guard let answer else { return "no end: \(machine.phase)" }
        let jobs = worlds.flatMap(\.jobs.values)
        let completed = jobs.filter { $0.script == .completes && $0.isOver(at: world.now) }
        if completed.count > 1 + moves { return "\(completed.count) jobs completed" }
        if jobs.count > machine.attempt { return "\(jobs.count) jobs in \(machine.attempt) tries" }
        if Set(jobs.map(\.name)).count < jobs.count { return "a name went to two orchestrators" }
        if let early = worlds.lazy.compactMap(\.early).first { return early }
        switch answer.kind {
        case .result:
            return answer.text == "result of try \(machine.attempt)" ? nil : "another try's result: \(answer.text)"
        case .failure:
            return world.jobs[machine.attempt].map { completed.contains($0) && !$0.wasStopped } ?? false
                && world.jobs[machine.attempt]?.endedBeforeDeadline == true ? "lost a result: \(answer.text)" : nil
        }
    }
}

/// An orchestrator that holds one job a name; names are the numbers of the tries.
private struct Orchestrator {
    enum Script: Equatable {
        case completes
        case traps
        case findsNoRoom
        case runsForEver
        /// Runs for ever, and an order to stop changes nothing.
        case cannotBeStopped
    }

    struct Job: Equatable {
        let name: Int
        let script: Script
        let created: Timestamp
        let duration: Duration
        var wasStopped = false

        func isOver(at now: Timestamp) -> Bool { now - created >= duration }
        var endedBeforeDeadline: Bool { duration < .seconds(20) }

        func verdict(at now: Timestamp) -> JobVerdict {
            if script == .findsNoRoom { return .busy("node busy") }
            guard isOver(at: now) else { return wasStopped ? .stopped("time") : .running(.running) }
            switch script {
            case .completes:
                let text = Array("result of try \(name)".utf8)
                return .answer(
                    JobAnswer(bytes: text, isTruncated: false, resultType: .stdout, executionID: "e", cid: "Qm")
                )
            case .traps: return .failed(JobFailure(cause: "trap"))
            case .findsNoRoom, .runsForEver: return wasStopped ? .stopped("time") : .running(.running)
            case .cannotBeStopped: return .running(.running)
            }
        }
    }

    private var chance: SeededGenerator
    private(set) var now = Timestamp(milliseconds: 1_000_000)
    private(set) var jobs: [Int: Job] = [:]
    private var late: [(name: Int, at: Timestamp)] = []
    /// A try that began although the one before it could still bring a result.
    private(set) var early: String?
    private let crashes: Int
    private let trouble: Int
    private let script: Script
    let limits: JobMachine.Limits
    /// When it does not answer.
    private var absence: Range<Timestamp>?

    init(seed: UInt64, isAwayAtTimes: Bool = false) {
        chance = SeededGenerator(seed: seed)
        crashes = chance.choose(1_000_000, 60, 12)
        trouble = chance.choose(1_000_000, 12, 4)
        script = chance.choose(.completes, .completes, .traps, .runsForEver, .cannotBeStopped)
        var limits = JobMachine.Limits()
        limits.readsFiles = chance.oneIn(2)
        self.limits = limits
        if isAwayAtTimes, chance.oneIn(2) {
            let start = now + .milliseconds(chance.below(30_000))
            absence = start..<(start + .milliseconds(chance.below(chance.oneIn(2) ? 60_000 : 1_200_000)))
        }
    }

    var isAway: Bool { absence?.contains(now) ?? false }

    mutating func pass(to time: Timestamp) {
        now = max(now, time)
        land()
    }

    mutating func dies() -> Bool { chance.oneIn(crashes) }

    mutating func wait(until at: Timestamp) {
        now = max(now, at) + .milliseconds(chance.below(50))
        land()
    }

    private mutating func land() {
        for put in late where put.at <= now { create(put.name) }
        late.removeAll { $0.at <= now }
    }

    mutating func perform(_ action: JobMachine.Action, try name: Int) -> JobMachine.Event {
        now = now + .milliseconds(chance.below(200))
        land()
        if isAway {
            // The last thing that it did may be to take the job.
            if case .submit = action, chance.oneIn(4) { create(name) }
            return .unavailable(retryAfter: nil)
        }
        switch action {
        case .submit: return submit(name)
        case .stop:
            if chance.oneIn(trouble) { return .unavailable(retryAfter: nil) }
            if jobs[name]?.isOver(at: now) == false { jobs[name]?.wasStopped = true }
            return .stopTaken
        case .fetch(let answer):
            // As often as not it cannot be read, for good or for now.
            switch chance.below(trouble) {
            case 0: return .fetchFailed(answer, JobMachine.FileFailure(reason: "gone", isLasting: true))
            case 1, 2: return .fetchFailed(answer, JobMachine.FileFailure(reason: "late", isLasting: false))
            default: return .fetched(answer, ResultFileContent(bytes: answer.bytes))
            }
        case .lookUp, .wake, .answer:
            if chance.oneIn(trouble) { return .unavailable(retryAfter: .seconds(chance.below(5))) }
            guard let job = jobs[name] else { return .notFound }
            return .found(
                JobMachine.Sighting(jobID: "j-\(name)", isOurs: true, verdict: job.verdict(at: now))
            )
        }
    }

    private mutating func submit(_ name: Int) -> JobMachine.Event {
        guard chance.oneIn(trouble) else {
            let isNew = jobs[name] == nil
            create(name)
            return .submitted(isNew ? .created(jobID: "j-\(name)") : .alreadyExists(jobID: nil))
        }
        switch chance.below(6) {
        case 0: return .unavailable(retryAfter: nil)
        case 1:
            create(name)
            return .unavailable(retryAfter: nil)
        case 2:
            late.append((name, now + .milliseconds(chance.below(20_000))))
            return .unavailable(retryAfter: nil)
        case 3: return .submitted(.unknown("Server Timeout!"))
        case 4:
            create(name)
            return .submitted(.unknown("Server Timeout!"))
        default: return .submitted(.busy(retryAfter: chance.below(30)))
        }
    }

    /// Idempotent, as the real one: a name that is taken stays as it is.
    private mutating func create(_ name: Int) {
        guard jobs[name] == nil else { return }
        if let before = jobs[name - 1], before.script != .findsNoRoom { early = "try \(name) began too early" }
        let noRoom = chance.oneIn(4)
        jobs[name] = Job(
            name: name,
            script: noRoom ? .findsNoRoom : script,
            created: now,
            duration: .milliseconds(chance.below(chance.oneIn(4) ? 400_000 : 15_000))
        )
    }
}
