import Bacalhau
import RelayCore
import Testing

/// A try is left for another orchestrator where its own does nothing for it.
@Suite struct JobMachineMovingTests {
    private static let start = JobSample.start
    private let limits = JobMachine.Limits()

    private static let silences: [JobMachine.Event] = [
        .unavailable(retryAfter: nil), .unavailable(retryAfter: .seconds(600)), .held, .submitted(.denied("who?")),
        // A server that answers each submission with an error, or with "later", does nothing for it either.
        .submitted(.unknown("500")), .submitted(.busy(retryAfter: nil)), .submitted(.busy(retryAfter: 600)),
    ]

    /// Meets the event again whenever the machine wants to be woken, for so long at most; returns when it was moved.
    private func moveTime(
        _ event: JobMachine.Event,
        _ machine: inout JobMachine,
        within seconds: Int64 = 4_000,
        elsewhere: Bool = true
    ) -> Timestamp? {
        var now = Self.start
        let attempt = machine.attempt
        while now < Self.start + .seconds(seconds) {
            let actions = machine.apply(event, at: now, limits: limits, elsewhere: elsewhere)
            if machine.attempt > attempt {
                #expect(actions == [.lookUp] && machine.phase == .placing && machine.silence == nil)
                return now
            }
            guard case .wake(let at)? = actions.first else { return nil }
            #expect(at > now)
            now = at
        }
        return nil
    }

    @Test(arguments: silences) func leavesATryThatIsStillToBePlaced(event: JobMachine.Event) {
        var machine = JobSample.machine(.placing)
        #expect(moveTime(event, &machine) == Self.start + limits.moveTime)
        #expect(machine.attempt == 2 && machine.moves?.count == 1 && machine.outages == 0)
    }

    @Test(arguments: silences) func staysWhereThereIsNoOther(event: JobMachine.Event) {
        var machine = JobSample.machine(.placing)
        #expect(moveTime(event, &machine, elsewhere: false) == nil)
        #expect(machine.attempt == 1 && machine.phase == .placing && machine.moves == nil)
    }

    @Test func hasMorePatienceWithAJobThatRuns() {
        var machine = JobSample.machine(.watching(jobID: "j-1", since: Self.start), timeout: 3_600)
        machine = machine.having(jobID: "j-1")
        #expect(moveTime(.unavailable(retryAfter: nil), &machine) == Self.start + limits.moveTime * 10)
        #expect(machine.jobID == nil)
    }

    /// Another one would run beside it.
    @Test func doesNotLeaveAJobThatIsBeingStopped() {
        var machine = JobSample.machine(.stopping(jobID: "j-1", since: Self.start), timeout: 3_600)
        #expect(moveTime(.unavailable(retryAfter: nil), &machine) == nil)
        #expect(machine.attempt == 1)
    }

    @Test(arguments: [
        JobSample.found(.running(.running)), .submitted(.alreadyExists(jobID: nil)),
    ])
    func countsSilenceInARowOnly(event: JobMachine.Event) {
        var machine = JobSample.machine(.placing)
        for second in [0, 10, 20] {
            _ = machine.apply(.unavailable(retryAfter: nil), at: Self.start + .seconds(second), limits: limits)
        }
        #expect(machine.silence?.count == 3)
        _ = machine.apply(event, at: Self.start + .seconds(25), limits: limits)
        #expect(machine.silence == nil)
    }

    /// It says so each time before it is asked to take the job, and then takes none.
    @Test func countsOnWhereTheNameIsUnknownInBetween() {
        var machine = JobSample.machine(.placing)
        _ = machine.apply(.held, at: Self.start, limits: limits, elsewhere: true)
        let later = Self.start + limits.moveTime
        #expect(machine.apply(.notFound, at: later, limits: limits, elsewhere: true) == [.submit])
        #expect(machine.apply(.held, at: later, limits: limits, elsewhere: true) == [.lookUp])
        #expect(machine.attempt == 2)
    }

    /// Of the time in which the relayer was down itself nothing is known.
    @Test func asksAgainAfterItsOwnDowntime() {
        var machine = JobSample.machine(.watching(jobID: "j-1", since: Self.start), timeout: 86_400)
        _ = machine.apply(.unavailable(retryAfter: nil), at: Self.start, limits: limits, elsewhere: true)
        let much = Self.start + .seconds(7_200)
        _ = machine.apply(.unavailable(retryAfter: nil), at: much, limits: limits, elsewhere: true)
        #expect(machine.attempt == 1)
    }

    @Test func movesNoMoreThanSoOften() {
        var machine = JobSample.machine(.placing)
        for _ in 0..<limits.moves { #expect(moveTime(.held, &machine) != nil) }
        #expect(machine.attempt == 1 + limits.moves)
        // Not for an hour: then they count anew.
        #expect(moveTime(.held, &machine, within: 3_500) == nil)
        #expect(machine.phase == .placing && machine.moves?.count == limits.moves)
    }

    /// A later outage is another one.
    @Test func countsMovesAnewAfterAnHour() throws {
        var machine = JobSample.machine(.placing)
        for _ in 0..<limits.moves { #expect(moveTime(.held, &machine) != nil) }
        let first = try #require(machine.moves?.since)
        let next = try #require(moveTime(.held, &machine))
        #expect(next > first + limits.movesTime && machine.moves == JobMachine.Tally(count: 1, since: next))
    }

    /// A body that makes each server fail is not sent to each, and not from one to the other and back.
    @Test func movesOnceBecauseOfSubmissionsThatCameToNothingKnown() {
        var machine = JobSample.machine(.placing)
        #expect(moveTime(.submitted(.unknown("500")), &machine) == Self.start + limits.moveTime)
        #expect(machine.hasMovedInDoubt)
        #expect(moveTime(.submitted(.unknown("500")), &machine) == nil)
        #expect(machine.attempt == 2 && machine.silence == nil)
        // Where it does not answer at all the request moves as before.
        #expect(moveTime(.unavailable(retryAfter: nil), &machine) != nil)
        #expect(machine.attempt == 3 && machine.hasMovedInDoubt)
        #expect(!machine.isSilence(.submitted(.unknown("500"))))
    }

    /// It was silent for a while, then the relayer was down, and nothing is known of that time.
    @Test(arguments: [JobMachine.Phase.placing, .watching(jobID: "j-1", since: start)])
    func countsNoSilenceInItsOwnDowntime(phase: JobMachine.Phase) {
        var machine = JobSample.machine(phase, timeout: 86_400)
        for second: Int64 in [0, 4, 8, 12, 15] {
            _ = machine.apply(
                .unavailable(retryAfter: nil),
                at: Self.start + .seconds(second),
                limits: limits,
                elsewhere: true
            )
        }
        let started = Self.start + .seconds(3_615)
        for second: Int64 in [1, 29] {
            _ = machine.apply(
                .unavailable(retryAfter: nil),
                at: started + .seconds(second),
                limits: limits,
                elsewhere: true,
                aliveSince: started
            )
            #expect(machine.attempt == 1, "\(second)")
        }
        let isPlaced = phase != .placing
        _ = machine.apply(
            .unavailable(retryAfter: nil),
            at: started + limits.moveTime * (isPlaced ? 10 : 1),
            limits: limits,
            elsewhere: true,
            aliveSince: started
        )
        #expect(machine.attempt == 2)
    }

    @Test func opensAnotherTryForAJobWhoseOrchestratorIsNotInTheSettings() {
        for phase in [JobMachine.Phase.placing, .watching(jobID: "j-1", since: Self.start)] {
            var machine = JobSample.machine(phase)
            guard case .wake(let at)? = machine.apply(.gone, at: JobSample.now, limits: limits).first else {
                Issue.record("it waits")
                return
            }
            #expect(machine.phase == .pausing(until: at) && machine.busy?.count == 1)
            #expect(machine.apply(.woke, at: at, limits: limits) == [.lookUp] && machine.attempt == 2)
        }
    }
}

extension JobMachine {
    fileprivate func having(jobID: String) -> JobMachine {
        JobMachine(
            resultType: resultType,
            timeoutSeconds: timeoutSeconds,
            startedAt: startedAt,
            phase: phase,
            jobID: jobID
        )
    }
}
