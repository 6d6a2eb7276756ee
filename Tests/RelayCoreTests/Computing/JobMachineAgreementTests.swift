import Bacalhau
import RelayCore
import Testing

/// When enough nodes agree, what the others still run is stopped: it would cost for nothing, and as long as it likes.
@Suite struct JobMachineAgreementTests {
    private typealias S = JobSample

    private static func found(_ verdict: JobVerdict, isOver: Bool) -> JobMachine.Event {
        .found(JobMachine.Sighting(jobID: "j-1", isOurs: true, verdict: verdict, isOver: isOver))
    }

    private let stop = JobMachine.Action.stop(jobID: "j-1", reason: "enough compute nodes agree on its answer")

    /// Whatever comes of the order: who does not take it holds the answer up no longer.
    @Test(arguments: [
        JobMachine.Event.stopTaken, .unavailable(retryAfter: nil), .unavailable(retryAfter: .seconds(60)),
    ])
    func theRestIsStoppedBeforeTheAnswer(outcome: JobMachine.Event) {
        var machine = S.machine(.watching(jobID: "j-1", since: S.start))
        #expect(machine.apply(Self.found(.answer(S.result), isOver: false), at: S.now) == [stop])
        let actions = machine.apply(outcome, at: S.now)
        guard case .answer(let answer)? = actions.first else {
            Issue.record("\(actions)")
            return
        }
        #expect(answer.kind == .result && answer.text == "out")
    }

    /// After a restart a look at the job says it again.
    @Test func aRestartLooksAgain() {
        var machine = S.machine(.watching(jobID: "j-1", since: S.start))
        _ = machine.apply(Self.found(.answer(S.result), isOver: false), at: S.now)
        #expect(machine.resume() == [.lookUp])
        #expect(machine.apply(Self.found(.answer(S.result), isOver: false), at: S.now) == [stop])
    }

    /// A file that cannot be read yet is read later, after another look at the job.
    @Test func theFileIsReadAfterTheOrder() {
        var limits = JobMachine.Limits()
        limits.readsFiles = true
        var machine = S.machine(.watching(jobID: "j-1", since: S.start))
        #expect(machine.apply(Self.found(.answer(S.published), isOver: false), at: S.now, limits: limits) == [stop])
        #expect(machine.apply(.unavailable(retryAfter: nil), at: S.now, limits: limits) == [.fetch(S.published)])
        let late = JobMachine.FileFailure(reason: "late", isLasting: false)
        guard case .wake? = machine.apply(.fetchFailed(S.published, late), at: S.now, limits: limits).first else {
            Issue.record("it does not wait")
            return
        }
        #expect(machine.resume(limits: limits) == [.lookUp])
    }

    /// A job that was left running past its deadline, and whose nodes agree after all, has its answer.
    @Test func aJobThatIsBeingStoppedHasItsAnswer() {
        var machine = S.machine(.stopping(jobID: "j-1", since: S.start))
        guard case .answer? = machine.apply(Self.found(.answer(S.result), isOver: false), at: S.now).first else {
            Issue.record("it waits")
            return
        }
    }

    @Test func aJobThatIsOverIsNotStopped() {
        var machine = S.machine(.watching(jobID: "j-1", since: S.start))
        guard case .answer? = machine.apply(Self.found(.answer(S.result), isOver: true), at: S.now).first else {
            Issue.record("it is stopped")
            return
        }
    }
}
