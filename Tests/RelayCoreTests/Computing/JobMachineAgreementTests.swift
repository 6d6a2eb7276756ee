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

    @Test func theRestIsStoppedBeforeTheAnswer() {
        var machine = S.machine(.watching(jobID: "j-1", since: S.start))
        #expect(machine.apply(Self.found(.answer(S.result), isOver: false), at: S.now) == [stop])
        // A restart says the same.
        #expect(machine.resume() == [stop])
        #expect(machine.apply(.stopTaken, at: S.now) == [.lookUp])
        let actions = machine.apply(Self.found(.answer(S.result), isOver: true), at: S.now)
        guard case .answer(let answer)? = actions.first else {
            Issue.record("\(actions)")
            return
        }
        #expect(answer.kind == .result && answer.text == "out")
    }

    /// An order that changes nothing holds the answer up no longer.
    @Test func whatDoesNotStopIsNotWaitedFor() {
        var machine = S.machine(.watching(jobID: "j-1", since: S.start))
        _ = machine.apply(Self.found(.answer(S.result), isOver: false), at: S.now)
        _ = machine.apply(.stopTaken, at: S.now)
        let actions = machine.apply(Self.found(.answer(S.result), isOver: false), at: S.now)
        guard case .answer? = actions.first else {
            Issue.record("\(actions)")
            return
        }
    }

    /// Nor is it given up because the orchestrator is away for long.
    @Test func theAnswerIsKeptWhileNobodyTakesTheOrder() {
        var machine = S.machine(.watching(jobID: "j-1", since: S.start))
        _ = machine.apply(Self.found(.answer(S.result), isOver: false), at: S.now)
        for hours in 1...48 {
            let now = S.now + .seconds(3_600 * hours)
            guard case .wake? = machine.apply(.unavailable(retryAfter: nil), at: now).first else {
                Issue.record("after \(hours) hours")
                return
            }
        }
        #expect(machine.apply(.woke, at: S.now + .seconds(200_000)) == [stop])
    }

    @Test func aJobThatIsOverIsNotStopped() {
        var machine = S.machine(.watching(jobID: "j-1", since: S.start))
        guard case .answer? = machine.apply(Self.found(.answer(S.result), isOver: true), at: S.now).first else {
            Issue.record("it is stopped")
            return
        }
    }
}
