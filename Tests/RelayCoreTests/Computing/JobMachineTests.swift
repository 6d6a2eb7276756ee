import Bacalhau
import RelayCore
import Testing

/// Each event in each phase.
@Suite struct JobMachineTests {
    private static let start = JobSample.start
    private let limits = JobMachine.Limits()

    private func apply(
        _ event: JobMachine.Event,
        to machine: inout JobMachine,
        at now: Timestamp = JobSample.now
    ) -> [JobMachine.Action] {
        machine.apply(event, at: now, limits: limits)
    }

    private func watching() -> JobMachine { JobSample.machine(.watching(jobID: "j-1", since: Self.start)) }

    // MARK: Placing

    @Test func looksTheNameUpBeforeItSubmits() {
        var machine = JobSample.machine(.placing)
        #expect(machine.resume() == [.lookUp])
        #expect(apply(.woke, to: &machine) == [.lookUp])
        #expect(apply(.notFound, to: &machine) == [.submit])
        #expect(machine.phase == .placing)
        #expect(
            apply(.submitted(.created(jobID: "j-1")), to: &machine) == [.wake(at: JobSample.now + limits.firstPoll)]
        )
        #expect(machine.phase == .watching(jobID: "j-1", since: JobSample.now))
        #expect(machine.jobID == "j-1")
    }

    @Test func adoptsItsJobFromBeforeACrash() {
        var machine = JobSample.machine(.placing)
        #expect(
            apply(JobSample.found(.running(.running)), to: &machine) == [.wake(at: JobSample.now + limits.firstPoll)]
        )
        #expect(machine.phase == .watching(jobID: "j-1", since: JobSample.now))
    }

    @Test func takesTheAnswerOfAJobThatIsOverWhenItIsFound() {
        var machine = JobSample.machine(.placing)
        let answer = Answer(kind: .result, text: "out", source: "run output", truncated: true)
        #expect(apply(JobSample.found(.answer(JobSample.result)), to: &machine) == [.answer(answer)])
        #expect(machine.phase == .answered(answer))
        #expect(machine.jobID == "j-1")
    }

    @Test func looksUpWhatAlreadyExists() {
        var machine = JobSample.machine(.placing)
        _ = apply(.notFound, to: &machine)
        #expect(apply(.submitted(.alreadyExists(jobID: nil)), to: &machine) == [.lookUp])
    }

    @Test func doesNotAskInATightLoopForAJobThatExistsAndIsNotFound() {
        var machine = JobSample.machine(.placing)
        _ = apply(.notFound, to: &machine)
        _ = apply(.submitted(.alreadyExists(jobID: nil)), to: &machine)
        _ = apply(.notFound, to: &machine)
        let delay = limits.outageBackoff.first
        #expect(apply(.submitted(.alreadyExists(jobID: nil)), to: &machine) == [.wake(at: JobSample.now + delay)])
    }

    @Test func failsWhatTheOrchestratorRefuses() {
        var machine = JobSample.machine(.placing)
        let answer = Answer.failure("the orchestrator refused the job: bad", source: "orchestrator")
        #expect(apply(.submitted(.refused("bad")), to: &machine) == [.answer(answer)])
    }

    @Test(arguments: [Submission.unknown("500"), .denied("401"), .busy(retryAfter: nil)])
    func waitsLongerAfterEachSubmissionInVain(submission: Submission) {
        var machine = JobSample.machine(.placing)
        for number in 1...5 {
            _ = apply(.woke, to: &machine)
            #expect(apply(.notFound, to: &machine) == [.submit])
            let delay = limits.outageBackoff.delay(after: number)
            #expect(apply(.submitted(submission), to: &machine) == [.wake(at: JobSample.now + delay)])
        }
    }

    @Test func givesUpABodyThatNeverBecomesAJob() {
        var machine = JobSample.machine(.placing)
        var now = Self.start
        var submissions = 0
        while submissions < 1_000 {
            guard apply(.notFound, to: &machine, at: now) == [.submit] else { break }
            submissions += 1
            guard case .wake(let at)? = apply(.submitted(.unknown("500")), to: &machine, at: now).first else { break }
            now = at
        }
        #expect(submissions >= limits.vainSubmissions)
        #expect(now - Self.start >= limits.vainTime)
        #expect(now - Self.start < limits.vainTime + limits.outageBackoff.limit * 2)
        let answer = Answer.failure(
            "the orchestrator has no job of this request after \(submissions) submissions",
            source: "orchestrator"
        )
        #expect(machine.phase == .answered(answer))
    }

    /// Neither a lack of rights nor an overloaded server is the request's fault.
    @Test(arguments: [Submission.denied("401"), .busy(retryAfter: 600)])
    func waitsAsLongAsItTakesForTheOperator(submission: Submission) {
        var machine = JobSample.machine(.placing)
        for round in 0..<100 {
            let now = Self.start + .seconds(3_600 * round)
            #expect(apply(.notFound, to: &machine, at: now) == [.submit])
            _ = apply(.submitted(submission), to: &machine, at: now)
        }
        #expect(machine.phase == .placing)
    }

    @Test(arguments: [(7, 7_000), (0, 500), (-5, 500), (100_000, 600_000), (Int.max, 600_000)] as [(Int, Int64)])
    func waitsAsLongAsTheServerAsksWithinReason(seconds: Int, wait: Int64) {
        var machine = JobSample.machine(.placing)
        let until = JobSample.now + .milliseconds(wait)
        #expect(apply(.submitted(.busy(retryAfter: seconds)), to: &machine) == [.wake(at: until)])
    }

    @Test(arguments: JobSample.phases.prefix(3))
    func leavesAnothersJobOfTheSameNameAlone(phase: JobMachine.Phase) {
        var machine = JobSample.machine(phase)
        let until = JobSample.now + limits.busyBackoff.first
        #expect(apply(JobSample.found(.answer(JobSample.result), isOurs: false), to: &machine) == [.wake(at: until)])
        #expect(machine.phase == .pausing(until: until))
    }

    // MARK: Watching

    /// Each row: seconds since the job was seen first, milliseconds to the next look.
    @Test(arguments: [(0, 40), (1, 250), (8, 2_000), (100, 5_000), (237, 3_000), (239, 1_000)] as [(Int64, Int64)])
    func looksRarerTheLongerItTakes(age: Int64, pause: Int64) {
        var machine = watching()
        let now = Self.start + .seconds(age)
        #expect(
            apply(JobSample.found(.running(.running)), to: &machine, at: now) == [.wake(at: now + .milliseconds(pause))]
        )
    }

    @Test func stopsAJobAtItsDeadline() {
        var machine = watching()
        let deadline = Self.start + .seconds(60) + limits.grace
        let reason = "the job did not end within its time-out of 60 s and 180 s more"
        #expect(
            apply(JobSample.found(.running(.running)), to: &machine, at: deadline) == [
                .stop(jobID: "j-1", reason: reason)
            ]
        )
        #expect(machine.phase == .stopping(jobID: "j-1", since: deadline))
        #expect(machine.resume() == [.stop(jobID: "j-1", reason: reason)])
        #expect(apply(.stopTaken, to: &machine, at: deadline) == [.lookUp])
        let failure = Answer.failure(reason, source: "relayer")
        #expect(apply(JobSample.found(.stopped("time")), to: &machine, at: deadline) == [.answer(failure)])
    }

    @Test func takesAResultThatCameBeforeTheOrderToStop() {
        var machine = JobSample.machine(.stopping(jobID: "j-1", since: Self.start))
        let answer = Answer(kind: .result, text: "out", source: "run output", truncated: true)
        #expect(apply(JobSample.found(.answer(JobSample.result)), to: &machine) == [.answer(answer)])
    }

    /// An order that has reached nobody is given for longer: another try would run beside the job.
    @Test(arguments: [
        (JobSample.found(.running(.running)), 60 as Int64), (.notFound, 60), (.unavailable(retryAfter: nil), 3_600),
    ])
    func doesNotWaitForEverForAJobToStop(event: JobMachine.Event, seconds: Int64) {
        var machine = JobSample.machine(.stopping(jobID: "j-1", since: Self.start))
        if event != .notFound {
            _ = apply(event, to: &machine, at: Self.start + .seconds(seconds - 1))
            #expect(machine.phase == .stopping(jobID: "j-1", since: Self.start))
        }
        _ = apply(event, to: &machine, at: Self.start + .seconds(seconds))
        let reason = "the job did not end within its time-out of 60 s and 180 s more"
        #expect(machine.phase == .answered(.failure(reason, source: "relayer")))
    }

    @Test func failsWithTheOrchestratorsWords() {
        var machine = watching()
        let failure = Answer.failure("trap", source: "orchestrator")
        #expect(apply(JobSample.found(.failed(JobFailure(cause: "trap"))), to: &machine) == [.answer(failure)])
    }

    @Test func failsWhatSomebodyStopped() {
        var machine = watching()
        let failure = Answer.failure("the job was stopped: by hand", source: "orchestrator")
        #expect(apply(JobSample.found(.stopped("by hand")), to: &machine) == [.answer(failure)])
    }

    @Test(arguments: [JobMachine.Event.notFound, JobSample.found(.lost)])
    func opensAnotherTryForAForgottenJob(event: JobMachine.Event) {
        var machine = watching()
        let until = JobSample.now + limits.busyBackoff.first
        #expect(apply(event, to: &machine) == [.wake(at: until)])
        #expect(machine.phase == .pausing(until: until))
        #expect(machine.attempt == 1)
        #expect(apply(.woke, to: &machine, at: until) == [.lookUp])
        #expect(machine.attempt == 2)
        #expect(machine.jobID == nil && machine.submissions == nil)
    }

    @Test func waitsForASilentOrchestratorAnHourBeyondTheDeadline() {
        var machine = watching()
        let last = Self.start + .seconds(60) + limits.grace + limits.silenceTime
        _ = apply(.unavailable(retryAfter: nil), to: &machine, at: last + .milliseconds(-1))
        #expect(machine.phase == .watching(jobID: "j-1", since: Self.start))
        _ = apply(.unavailable(retryAfter: nil), to: &machine, at: last)
        #expect(machine.phase == .stopping(jobID: "j-1", since: last))
    }

    @Test func countsOutagesAnewAfterAnAnswer() {
        var machine = watching()
        for number in 1...3 {
            let delay = limits.outageBackoff.delay(after: number)
            #expect(apply(.unavailable(retryAfter: nil), to: &machine) == [.wake(at: JobSample.now + delay)])
        }
        _ = apply(JobSample.found(.running(.running)), to: &machine)
        #expect(machine.outages == 0)
    }

    // MARK: No room

    @Test func opensTheNextTryWhenItsTimeHasCome() {
        var machine = JobSample.machine(.pausing(until: Sample.time(1_020)))
        #expect(machine.resume() == [.wake(at: Sample.time(1_020))])
        #expect(apply(.woke, to: &machine, at: Sample.time(1_019)) == [.wake(at: Sample.time(1_020))])
        #expect(machine.attempt == 1)
        #expect(apply(.woke, to: &machine, at: Sample.time(1_020)) == [.lookUp])
        #expect(machine.attempt == 2 && machine.phase == .placing)
    }

    @Test func givesUpAfterEightTriesWithoutRoom() {
        var machine = JobSample.machine(.placing)
        var now = Self.start
        for number in 1...7 {
            let until = now + limits.busyBackoff.delay(after: number)
            #expect(apply(JobSample.found(.busy("node busy")), to: &machine, at: now) == [.wake(at: until)])
            now = until
            #expect(apply(.woke, to: &machine, at: now) == [.lookUp])
            #expect(machine.attempt == number + 1)
        }
        let failure = Answer.failure("node busy", source: "orchestrator")
        #expect(apply(JobSample.found(.busy("node busy")), to: &machine, at: now) == [.answer(failure)])
    }

    @Test func givesUpAfterFifteenMinutesWithoutRoom() {
        var machine = JobSample.machine(.placing, busy: JobMachine.Tally(count: 1, since: Self.start))
        _ = apply(JobSample.found(.busy("node busy")), to: &machine, at: Self.start + limits.busyTime)
        #expect(machine.phase == .answered(.failure("node busy", source: "orchestrator")))
    }

    /// Before the first time that there was no room, the orchestrator may have been away for hours.
    @Test func countsTheTimeWithoutRoomFromTheFirstSuchTry() {
        var machine = JobSample.machine(.placing)
        let late = Self.start + .seconds(100_000)
        let until = late + limits.busyBackoff.first
        #expect(apply(JobSample.found(.busy("node busy")), to: &machine, at: late) == [.wake(at: until)])
    }

    // MARK: Ended

    @Test(arguments: JobSample.events) func staysEnded(event: JobMachine.Event) {
        var machine = JobSample.machine(.answered(JobSample.answer))
        #expect(apply(event, to: &machine) == [.answer(JobSample.answer)])
        #expect(machine.phase == .answered(JobSample.answer))
    }

    @Test func endsWhereTheNextTryCannotBePlanned() throws {
        var machine = JobSample.machine(.placing, attempt: 2)
        let context = JobContext(genesisHash: Sample.hash(1), chainID: 1, namespace: "lilypad")
        let made = JobPlan.make(for: try Sample.request(resultType: 9), attempt: 2, context: context)
        guard case .failure(let refusal) = made else {
            Issue.record("planned")
            return
        }
        #expect(machine.refuse(refusal) == [.answer(.failure(refusal.text, source: "spec"))])
    }

    @Test func saysWhereAResultComesFrom() {
        var machine = watching()
        let answer = JobAnswer(bytes: Array("Qm".utf8), isTruncated: false, resultType: .cid, executionID: "e")
        let expected = Answer(kind: .result, text: "Qm", source: "published result")
        #expect(apply(JobSample.found(.answer(answer)), to: &machine) == [.answer(expected)])
    }

    // MARK: Stages and what may pass

    struct Stay: Sendable {
        let stage: JobStage
        let seconds: Int64
        let words: String
    }

    /// What a job may stay in each stage, beside its time-out of 1,800 s and the grace of 180 s.
    @Test(arguments: [
        Stay(stage: .pending, seconds: 630, words: "the orchestrator found no compute node for the job within 630 s"),
        Stay(stage: .queued, seconds: 630, words: "no compute node had room for the job within 630 s"),
        Stay(
            stage: .untaken,
            seconds: 300,
            words:
                "its compute node did not take the job within 300 s: it is not well, or does not find the job's inputs"
        ),
        Stay(
            stage: .unknown,
            seconds: 900,
            words: "the orchestrator said nothing understandable of the job within 900 s"
        ),
        Stay(
            stage: .running,
            seconds: 1_980,
            words: "the job did not end within its time-out of 1800 s and 180 s more"
        ),
    ])
    func stopsAJobThatStaysInAStage(stay: Stay) {
        var machine = JobMachine(
            resultType: .stdout,
            timeoutSeconds: 1_800,
            startedAt: Self.start,
            phase: .watching(jobID: "j-1", since: Self.start),
            queueSeconds: 30
        )
        let found = JobSample.found(.running(stay.stage))
        _ = apply(found, to: &machine, at: Self.start)
        #expect(machine.stage == JobMachine.StageSince(stay.stage, since: Self.start))
        let end = Self.start + .seconds(stay.seconds)
        look(found, at: &machine, until: stay.seconds)
        #expect(apply(found, to: &machine, at: end + .milliseconds(-1)) == [.wake(at: end)])
        #expect(apply(found, to: &machine, at: end) == [.stop(jobID: "j-1", reason: stay.words)])
    }

    /// With a time-out that is longer than any stage's own time.
    private func patient() -> JobMachine {
        JobMachine(
            resultType: .stdout,
            timeoutSeconds: 1_800,
            startedAt: Self.start,
            phase: .watching(jobID: "j-1", since: Self.start)
        )
    }

    /// Looks at the job as often as it is looked at.
    private func look(_ found: JobMachine.Event, at machine: inout JobMachine, until seconds: Int64) {
        for second in stride(from: 0, to: seconds, by: 5) {
            _ = apply(found, to: &machine, at: Self.start + .seconds(second))
        }
    }

    @Test func countsTheStageAnewWhenTheJobGetsOn() {
        var machine = patient()
        look(JobSample.found(.running(.untaken)), at: &machine, until: 299)
        let later = Self.start + .seconds(299)
        _ = apply(JobSample.found(.running(.running)), to: &machine, at: later)
        #expect(machine.stage == JobMachine.StageSince(.running, since: later))
        _ = apply(JobSample.found(.running(.untaken)), to: &machine, at: later + .seconds(10))
        var actions: [JobMachine.Action] = []
        for second in stride(from: 15 as Int64, through: 305, by: 5) {
            actions = apply(JobSample.found(.running(.untaken)), to: &machine, at: later + .seconds(second))
        }
        #expect(actions == [.wake(at: later + .seconds(310))])
    }

    /// It is the node's fault: another try may meet another node, or this one after its restart.
    @Test func triesAgainWhatNoNodeTook() {
        var machine = stopped(patient(), in: .untaken)
        let text =
            "its compute node did not take the job within 300 s: it is not well, or does not find the job's inputs"
        _ = apply(JobSample.found(.stopped(text)), to: &machine)
        guard case .pausing = machine.phase else {
            Issue.record("\(machine.phase)")
            return
        }
        #expect(machine.busy?.count == 1)
    }

    @Test func tellsTheTrueCauseOfAJobThatWasStopped() {
        var machine = stopped(patient(), in: .pending)
        let sighting = JobMachine.Sighting(
            jobID: "j-1",
            isOurs: true,
            verdict: .stopped("time"),
            cause: "wasm error: unreachable"
        )
        _ = apply(.found(sighting), to: &machine)
        guard case .answered(let answer) = machine.phase else {
            Issue.record("\(machine.phase)")
            return
        }
        #expect(answer.kind == .failure)
        #expect(answer.text.hasPrefix("the orchestrator found no compute node for the job within 600 s; "))
        #expect(answer.text.hasSuffix("its last execution: wasm error: unreachable"))
    }

    private func stopped(_ machine: JobMachine, in stage: JobStage) -> JobMachine {
        var machine = machine
        look(JobSample.found(.running(stage)), at: &machine, until: stage == .untaken ? 305 : 605)
        return machine
    }

    @Test func triesThreeTimesWhatMayPass() {
        var machine = watching()
        let passing = JobSample.found(.passing(JobFailure(cause: "Failing due to node restart")))
        for attempt in 1...2 {
            #expect(machine.attempt == attempt)
            _ = apply(passing, to: &machine)
            guard case .pausing(let until) = machine.phase else {
                Issue.record("\(machine.phase)")
                return
            }
            #expect(machine.apply(.woke, at: until, limits: limits) == [.lookUp])
            _ = machine.apply(.notFound, at: until, limits: limits)
            _ = machine.apply(.submitted(.created(jobID: "j")), at: until, limits: limits)
            #expect(machine.stage == nil)
        }
        _ = apply(passing, to: &machine)
        #expect(machine.phase == .answered(.failure("Failing due to node restart", source: "orchestrator")))
    }

    /// A try that is not sent has not come to nothing, however long that takes.
    @Test func isHeldWithoutASubmissionInVain() {
        var machine = JobMachine(
            resultType: .stdout,
            timeoutSeconds: 60,
            startedAt: Self.start,
            busy: JobMachine.Tally(count: 3, since: Self.start)
        )
        var now = Self.start
        for _ in 0..<100 {
            now = now + limits.outageBackoff.limit
            #expect(apply(.notFound, to: &machine, at: now) == [.submit])
            #expect(apply(.held, to: &machine, at: now) == [.wake(at: now + limits.outageBackoff.limit)])
        }
        #expect(machine.submissions == nil)
        #expect(machine.busy == JobMachine.Tally(count: 3, since: now))
    }

    /// Tries without room do not use up those of what may pass.
    @Test func countsWhatMayPassForItself() {
        var machine = JobMachine(
            resultType: .stdout,
            timeoutSeconds: 60,
            startedAt: Self.start,
            phase: .watching(jobID: "j-1", since: Self.start),
            busy: JobMachine.Tally(count: 5, since: Self.start)
        )
        _ = apply(JobSample.found(.passing(JobFailure(cause: "Failing due to node restart"))), to: &machine)
        guard case .pausing = machine.phase else {
            Issue.record("\(machine.phase)")
            return
        }
        #expect(machine.passing?.count == 1)
        #expect(machine.busy?.count == 5)
    }

    /// What nobody looked at for a while may have gone on meanwhile.
    @Test func givesAStageItsTimeAnewAfterAGap() {
        var machine = patient()
        let queued = JobSample.found(.running(.queued))
        _ = apply(queued, to: &machine, at: Self.start)
        let back = Self.start + .seconds(900)
        let actions = apply(queued, to: &machine, at: back)
        #expect(machine.stage == JobMachine.StageSince(.queued, since: back, seen: back))
        guard case .wake? = actions.first else {
            Issue.record("\(actions)")
            return
        }
    }
}
