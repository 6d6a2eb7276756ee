import Bacalhau
import RelayCore
import Testing

/// A compute node that does not take what it is given takes nothing after it either.
@Suite struct CircuitBreakerTests {
    private func at(_ seconds: Int64) -> Timestamp { Sample.time(1_000 + seconds) }

    /// Open since second 60, because of job `stuck`.
    private func opened() -> CircuitBreaker {
        var breaker = CircuitBreaker()
        let said1 = breaker.saw("stuck", .stage(.untaken, for: .seconds(60)), at: at(60))
        #expect(said1 == .opened)
        return breaker
    }

    @Test func staysClosedForWhatIsOnlySlow() {
        var breaker = CircuitBreaker()
        for stage in JobStage.allCases where stage != .untaken {
            let said2 = breaker.saw("a", .stage(stage, for: .seconds(3_600)), at: at(0))
            #expect(said2 == .none)
        }
        let said3 = breaker.saw("a", .stage(.untaken, for: .seconds(59)), at: at(0))
        #expect(said3 == .none)
        let said4 = breaker.saw("a", .acted, at: at(0))
        #expect(said4 == .none)
        #expect(breaker.state == .closed)
        #expect(breaker.room(at: at(0)) == .max)
        let said5 = breaker.permits("a", at: at(0))
        #expect(said5)
        #expect(breaker.since == nil)
    }

    /// One job goes at once to find out, and the others wait for it.
    @Test func stopsSubmittingOnceANodeDoesNotTakeAJob() {
        var breaker = opened()
        #expect(breaker.since == at(60))
        #expect(breaker.room(at: at(61)) == 1)
        // Said once, however many jobs are stuck.
        let said7 = breaker.saw("b", .stage(.untaken, for: .seconds(60)), at: at(62))
        #expect(said7 == .none)
        let said8 = breaker.saw("stuck", .stage(.untaken, for: .seconds(70)), at: at(70))
        #expect(said8 == .none)
        let said6 = breaker.permits("probe", at: at(70))
        let others = breaker.permits("b", at: at(71))
        #expect(said6 && !others && breaker.room(at: at(71)) == 0)
        // Nor does the node take that one.
        let stuck = breaker.saw("probe", .stage(.untaken, for: .seconds(60)), at: at(130))
        #expect(stuck == .none && breaker.room(at: at(189)) == 0)
        #expect(breaker.opens(after: at(131)) == at(190))
    }

    /// A node that takes newer jobs does not take this one for this one's own sake: it looks for the inputs.
    @Test func isNotOpenedByAJobThatOthersHaveOvertaken() {
        var breaker = CircuitBreaker()
        for (created, evidence) in [(5, CircuitBreaker.Evidence.stage(.running, for: .zero)), (9, .acted), (7, .acted)]
        {
            let said = breaker.saw("ok \(created)", evidence, createdAt: Int64(created), at: at(0))
            #expect(said == .none)
        }
        for created in [1, 8] as [Int64] {
            let said = breaker.saw("slow", .stage(.untaken, for: .seconds(90)), createdAt: created, at: at(90))
            #expect(said == .none && breaker.state == .closed)
        }
        // None that is newer has been taken.
        let said = breaker.saw("stuck", .stage(.untaken, for: .seconds(60)), createdAt: 9, at: at(91))
        #expect(said == .opened)
    }

    /// The one that found out has shown that the node is well, and the slow one stays what it is.
    @Test func isNotOpenedAgainByTheSameJob() {
        var breaker = CircuitBreaker()
        let slow = CircuitBreaker.Evidence.stage(.untaken, for: .seconds(60))
        let opened = breaker.saw("slow", slow, createdAt: 1, at: at(60))
        let probes = breaker.permits("probe", at: at(61))
        let closed = breaker.saw("probe", .stage(.running, for: .zero), createdAt: 2, at: at(62))
        let again = breaker.saw("slow", slow, createdAt: 1, at: at(63))
        #expect(opened == .opened && probes && closed == .closed && again == .none)
        #expect(breaker.state == .closed)
    }

    /// Whoever waits for inputs shows nothing of the node, and must not hold up the others for longer each time.
    @Test func doesNotWaitLongerForOneThatWaitsForInputs() {
        var breaker = opened()
        for round in 0..<5 {
            let now = Int64(60 + 60 * round)
            let probes = breaker.permits("probe \(round)", at: at(now))
            let stage = CircuitBreaker.Evidence.stage(.untaken, for: .seconds(60))
            let said = breaker.saw("probe \(round)", stage, readsInputs: true, at: at(now + 60))
            #expect(probes && said == .none && breaker.room(at: at(now + 60)) == 1)
        }
        // As one shows nothing that newer ones have overtaken.
        let probes = breaker.permits("slow", at: at(400))
        _ = breaker.saw("newer", .acted, createdAt: 5, at: at(401))
        let said = breaker.saw("slow", .stage(.untaken, for: .seconds(60)), createdAt: 4, at: at(460))
        #expect(probes && said == .none && breaker.room(at: at(460)) == 1)
        #expect(breaker.since == at(60))
    }

    @Test func letsOneJobFindOut() {
        var breaker = opened()
        #expect(breaker.room(at: at(120)) == 1)
        let said9 = breaker.permits("probe", at: at(120))
        #expect(said9)
        #expect(breaker.room(at: at(121)) == 0)
        let said10 = breaker.permits("other", at: at(121))
        #expect(!said10)
        // The same body once more, after a doubt.
        let said11 = breaker.permits("probe", at: at(122))
        #expect(said11)
    }

    @Test(arguments: [CircuitBreaker.Evidence.stage(.running, for: .zero), .acted])
    func closesWhenThatJobIsTaken(evidence: CircuitBreaker.Evidence) {
        var breaker = opened()
        let said12 = breaker.permits("probe", at: at(120))
        #expect(said12)
        // What another job does shows nothing: there may be several nodes.
        let said13 = breaker.saw("other", .stage(.running, for: .zero), at: at(121))
        #expect(said13 == .none)
        for waiting in [JobStage.pending, .untaken, .queued, .unknown] {
            let said14 = breaker.saw("probe", .stage(waiting, for: .seconds(1)), at: at(121))
            #expect(said14 == .none)
        }
        let said15 = breaker.saw("probe", evidence, at: at(122))
        #expect(said15 == .closed)
        #expect(breaker.state == .closed)
        #expect(breaker.since == nil)
        let said16 = breaker.permits("other", at: at(122))
        #expect(said16)
    }

    @Test func waitsLongerEachTimeThatTheNodeTakesNothing() {
        var breaker = opened()
        var now: Int64 = 60
        var pauses: [Int64] = []
        for _ in 0..<7 {
            let next = breaker.opens(after: at(now)) ?? at(now)
            pauses.append((next - at(now)).components.seconds)
            now = (next - Sample.time(1_000)).components.seconds
            let said17 = breaker.permits("probe \(now)", at: at(now))
            #expect(said17)
            let said18 = breaker.saw("probe \(now)", .stage(.untaken, for: .seconds(60)), at: at(now + 60))
            #expect(said18 == .none)
            now += 60
        }
        #expect(pauses == [0, 60, 120, 240, 480, 600, 600])
        #expect(breaker.since == at(60))
    }

    /// Refused, or failed without an execution: no node had to do with it.
    @Test func letsTheNextOneGoWhereTheFirstShowedNothing() {
        var breaker = opened()
        let probes = breaker.permits("probe", at: at(120))
        let ended = breaker.saw("probe", .ended, at: at(121))
        #expect(probes && ended == .none)
        #expect(breaker.since == at(60))
        #expect(breaker.room(at: at(121)) == 1)
        let next = breaker.permits("next", at: at(121))
        let other = breaker.permits("other", at: at(121))
        #expect(next && !other)
        let closed = breaker.saw("next", .acted, at: at(122))
        #expect(closed == .closed)
    }

    /// It was chosen to find out, and could not be stored: the next one goes in its place, at once.
    @Test func letsTheNextOneGoWhereTheFirstIsNotSentAfterAll() {
        var breaker = opened()
        let probes = breaker.permits("probe", at: at(120))
        breaker.withdraw("another", at: at(121))
        let waits = breaker.permits("next", at: at(121))
        breaker.withdraw("probe", at: at(121))
        let next = breaker.permits("next", at: at(121))
        let other = breaker.permits("other", at: at(121))
        #expect(probes && !waits && next && !other && breaker.since == at(60))
        var closed = CircuitBreaker()
        closed.withdraw("probe", at: at(121))
        #expect(closed.state == .closed)
    }

    /// After a restart one job goes first, and where it is taken that was all.
    @Test func suspectsWhatWasStuckBeforeARestart() {
        var breaker = CircuitBreaker()
        breaker.suspect(at: at(0))
        #expect(breaker.room(at: at(0)) == 1)
        let first = breaker.permits("first", at: at(0))
        let second = breaker.permits("second", at: at(0))
        #expect(first && !second)
        let seen = breaker.saw("first", .stage(.running, for: .zero), at: at(1))
        #expect(seen == .closed && breaker.state == .closed)
    }

    /// Its request may be gone, or the relayer may never look again.
    @Test func letsAnotherOneGoWhereNothingIsHeardOfIt() {
        var breaker = opened()
        let said19 = breaker.permits("probe", at: at(120))
        #expect(said19)
        #expect(breaker.opens(after: at(121)) == at(420))
        let said20 = breaker.permits("other", at: at(419))
        #expect(!said20)
        let said21 = breaker.permits("other", at: at(420))
        #expect(said21)
        let said22 = breaker.saw("probe", .stage(.running, for: .zero), at: at(421))
        #expect(said22 == .none)
        let said23 = breaker.saw("other", .stage(.running, for: .zero), at: at(421))
        #expect(said23 == .closed)
    }
}
