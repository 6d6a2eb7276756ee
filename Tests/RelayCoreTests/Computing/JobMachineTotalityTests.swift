import RelayCore
import RelayTestSupport
import Testing

/// Every machine meets every event at every time: nothing traps, nothing waits for nothing.
@Suite struct JobMachineTotalityTests {
    @Test(arguments: JobSample.machines.indices) func meetsEveryEvent(index: Int) {
        for event in JobSample.events {
            for now in JobSample.times {
                for elsewhere in [false, true] {
                    var machine = JobSample.machines[index]
                    let before = machine
                    let actions = machine.apply(event, at: now, limits: Self.limits, elsewhere: elsewhere)
                    check(before, event, actions, machine)
                    checkLeadsOn(machine)
                }
            }
        }
    }

    /// Events in any order: the same holds after each.
    @Test(arguments: 0..<200 as Range<UInt64>) func meetsAnyOrder(seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        var machine = JobSample.machine(.placing)
        var now = JobSample.start
        for _ in 0..<60 {
            guard let event = chance.element(of: JobSample.events) else { return }
            now = now + .milliseconds(chance.below(60_000))
            let before = machine
            let actions = machine.apply(event, at: now, limits: Self.limits, elsewhere: chance.below(2) == 0)
            check(before, event, actions, machine)
            checkLeadsOn(machine)
        }
    }

    /// With files, so that there is more to meet.
    private static let limits = {
        var limits = JobMachine.Limits()
        limits.readsFiles = true
        return limits
    }()

    private static func isWaitingForJob(_ machine: JobMachine) -> Bool {
        switch machine.phase {
        case .watching, .stopping: true
        case .placing, .pausing, .answered: false
        }
    }

    private func check(
        _ before: JobMachine,
        _ event: JobMachine.Event,
        _ actions: [JobMachine.Action],
        _ after: JobMachine
    ) {
        let comment: () -> Comment = { "\(before.phase) \(event) → \(after.phase) \(actions)" }
        #expect(actions.count == 1, comment())
        #expect(after.attempt == before.attempt || after.attempt == before.attempt + 1, comment())
        #expect(after.startedAt == before.startedAt && after.resultType == before.resultType, comment())
        #expect(after.outages >= 0 && after.outages <= JobMachine.counterLimit, comment())
        if case .answered(let answer) = before.phase { #expect(after.phase == .answered(answer), comment()) }
        switch actions.first {
        case .answer(let answer): #expect(after.phase == .answered(answer), comment())
        case .submit: #expect(after.phase == .placing, comment())
        case .stop(let id, _):
            guard case .stopping(id, _) = after.phase else {
                Issue.record(comment())
                return
            }
        case .fetch: #expect(Self.isWaitingForJob(after), comment())
        case .lookUp, .wake: break
        case nil: Issue.record(comment())
        }
    }

    /// What a restart would do leads on, and a wake-up does not lose the way.
    private func checkLeadsOn(_ machine: JobMachine) {
        var restarted = machine
        let woken = restarted.apply(.woke, at: .distantFuture)
        switch machine.phase {
        case .placing, .watching:
            #expect(machine.resume() == [.lookUp] && woken == [.lookUp])
        case .stopping:
            #expect(machine.resume() == woken)
        case .pausing(let until):
            #expect(machine.resume() == [.wake(at: until)])
            #expect(woken == [.lookUp] && restarted.attempt == machine.attempt + 1)
        case .answered(let answer):
            #expect(machine.resume() == [.answer(answer)] && woken == [.answer(answer)])
        }
    }
}
