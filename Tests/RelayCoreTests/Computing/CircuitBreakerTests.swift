import Bacalhau
import RelayCore
import Testing

/// A compute node that does not take what it is given takes nothing after it either.
@Suite struct CircuitBreakerTests {
    private func at(_ seconds: Int64) -> Timestamp { Sample.time(1_000 + seconds) }

    /// Open since second 60, because of job `stuck`.
    private func opened() -> CircuitBreaker {
        var breaker = CircuitBreaker()
        let said1 = breaker.saw(CircuitBreaker.Look("stuck", .stage(.untaken, for: .seconds(60))), at: at(60))
        #expect(said1 == .opened)
        return breaker
    }

    @Test func staysClosedForWhatIsOnlySlow() {
        var breaker = CircuitBreaker()
        for stage in JobStage.allCases where stage != .untaken {
            let said2 = breaker.saw(CircuitBreaker.Look("a", .stage(stage, for: .seconds(3_600))), at: at(0))
            #expect(said2 == .none)
        }
        let said3 = breaker.saw(CircuitBreaker.Look("a", .stage(.untaken, for: .seconds(59))), at: at(0))
        #expect(said3 == .none)
        let said4 = breaker.saw(CircuitBreaker.Look("a", .acted), at: at(0))
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
        let said7 = breaker.saw(CircuitBreaker.Look("b", .stage(.untaken, for: .seconds(60))), at: at(62))
        #expect(said7 == .none)
        let said8 = breaker.saw(CircuitBreaker.Look("stuck", .stage(.untaken, for: .seconds(70))), at: at(70))
        #expect(said8 == .none)
        let said6 = breaker.permits("probe", at: at(70))
        let others = breaker.permits("b", at: at(71))
        #expect(said6 && !others && breaker.room(at: at(71)) == 0)
        // Nor does the node take that one.
        let stuck = breaker.saw(CircuitBreaker.Look("probe", .stage(.untaken, for: .seconds(60))), at: at(130))
        #expect(stuck == .none && breaker.room(at: at(189)) == 0)
        #expect(breaker.opens(after: at(131)) == at(190))
    }

    /// A node that takes newer jobs does not take this one for this one's own sake: it looks for the inputs.
    @Test func isNotOpenedByAJobThatOthersHaveOvertaken() {
        var breaker = CircuitBreaker()
        for (created, evidence) in [
            (5 as Int64, CircuitBreaker.Evidence.stage(.running, for: .zero)), (9, .acted), (7, .acted),
        ] {
            let said = breaker.saw(
                CircuitBreaker.Look("ok \(created)", evidence, submittedAt: at(created), nodes: ["a"]),
                at: at(10)
            )
            #expect(said == .none)
        }
        for created in [1, 8] as [Int64] {
            let said = breaker.saw(
                CircuitBreaker.Look(
                    "slow",
                    .stage(.untaken, for: .seconds(90)),
                    submittedAt: at(created),
                    nodes: ["a"]
                ),
                at: at(90)
            )
            #expect(said == .none && breaker.state == .closed)
        }
        // None that is newer has been taken.
        let said = breaker.saw(
            CircuitBreaker.Look("stuck", .stage(.untaken, for: .seconds(60)), submittedAt: at(9), nodes: ["a"]),
            at: at(91)
        )
        #expect(said == .opened)
    }

    /// The one that found out has shown that the node is well, and the slow one stays what it is.
    @Test func isNotOpenedAgainByTheSameJob() {
        var breaker = CircuitBreaker()
        let slow = CircuitBreaker.Evidence.stage(.untaken, for: .seconds(60))
        let opened = breaker.saw(CircuitBreaker.Look("slow", slow, submittedAt: at(1), nodes: ["a"]), at: at(60))
        let probes = breaker.permits("probe", at: at(61))
        let closed = breaker.saw(
            CircuitBreaker.Look("probe", .stage(.running, for: .zero), submittedAt: at(2), nodes: ["a"]),
            at: at(62)
        )
        let again = breaker.saw(CircuitBreaker.Look("slow", slow, submittedAt: at(1), nodes: ["a"]), at: at(63))
        #expect(opened == .opened && probes && closed == .closed && again == .none)
        #expect(breaker.state == .closed)
    }

    private static let seeking = CircuitBreaker.Evidence.stage(.untaken, for: .seconds(10))

    /// Whoever waits for inputs shows little of the node, and holds the others up for some seconds; three in a row count.
    @Test func doesNotWaitLongForOneThatWaitsForInputs() {
        var breaker = opened()
        var now: Int64 = 60
        for pause in [0, 0, 60, 0, 0, 120] as [Int64] {
            let probes = breaker.permits("probe \(now)", at: at(now))
            let early = breaker.permits("other", at: at(now + 9))
            let look = CircuitBreaker.Look("probe \(now)", Self.seeking, readsInputs: true)
            let said = breaker.saw(look, at: at(now + 10))
            #expect(probes && !early && said == .none)
            #expect((breaker.opens(after: at(now + 10)) ?? at(now + 10)) == at(now + 10 + pause))
            now += 10 + pause
        }
        // One with all that it needs is waited for.
        let probes = breaker.permits("plain", at: at(now))
        let plain = breaker.saw(CircuitBreaker.Look("plain", Self.seeking), at: at(now + 10))
        #expect(probes && plain == .none && breaker.room(at: at(now + 11)) == 0)
    }

    /// Any job that is newer than the one that was stuck shows that the node is well, the one that was to find out or not.
    @Test func closesWhenAnyNewerJobIsTaken() {
        var breaker = CircuitBreaker()
        let stuck = CircuitBreaker.Look("stuck", .stage(.untaken, for: .seconds(60)), submittedAt: at(0), nodes: ["a"])
        let opened = breaker.saw(stuck, at: at(60))
        let probes = breaker.permits("slow", at: at(60))
        _ = breaker.saw(CircuitBreaker.Look("slow", Self.seeking, submittedAt: at(60), readsInputs: true), at: at(70))
        let next = breaker.permits("next", at: at(70))
        let older = breaker.saw(CircuitBreaker.Look("older", .acted, submittedAt: at(-5), nodes: ["a"]), at: at(71))
        let newer = breaker.saw(CircuitBreaker.Look("slow", .acted, submittedAt: at(60), nodes: ["a"]), at: at(72))
        #expect(opened == .opened && probes && next && older == .none && newer == .closed)
    }

    /// Two nodes, one of which takes nothing: the other's jobs go on, and the operator is told of the first.
    @Test func tellsOfOneNodeWhereOthersTakeWhatItDoesNot() {
        var breaker = CircuitBreaker()
        func look(_ seconds: Int64, _ evidence: CircuitBreaker.Evidence, _ node: String) -> CircuitBreaker.Look {
            CircuitBreaker.Look("job \(seconds)", evidence, submittedAt: at(seconds), nodes: [node])
        }
        let stuck = CircuitBreaker.Evidence.stage(.untaken, for: .seconds(60))
        let before = breaker.saw(look(0, .acted, "a"), at: at(1))
        let other = breaker.saw(look(20, .stage(.running, for: .zero), "b"), at: at(21))
        let silent = breaker.saw(look(10, stuck, "a"), at: at(70))
        let again = breaker.saw(look(10, stuck, "a"), at: at(75))
        let older = breaker.saw(look(5, .acted, "a"), at: at(76))
        #expect(before == .none && other == .none && older == .none && breaker.state == .closed)
        #expect(silent == .silent(node: "a") && again == .silent(node: "a"))
        let heard = breaker.saw(look(80, .acted, "a"), at: at(81))
        let quiet = breaker.saw(look(10, stuck, "a"), at: at(82))
        #expect(heard == .heard(node: "a") && quiet == .none)
    }

    /// However many nodes there have been, what they took counts.
    @Test func knowsWhatHasBeenTakenByAnyNode() {
        var breaker = CircuitBreaker()
        for number in 1...1_500 as ClosedRange<Int64> {
            let look = CircuitBreaker.Look("a", .acted, submittedAt: at(number), nodes: ["node \(number)"])
            _ = breaker.saw(look, at: at(2_000))
        }
        func stuck(_ seconds: Int64, _ node: String) -> CircuitBreaker.Look {
            CircuitBreaker.Look("b", .stage(.untaken, for: .seconds(60)), submittedAt: at(seconds), nodes: [node])
        }
        let early = breaker.saw(stuck(1_499, "node 1500"), at: at(2_000))
        let forgotten = breaker.saw(stuck(1, "node 2"), at: at(2_000))
        let late = breaker.saw(stuck(1_501, "node 1"), at: at(2_000))
        #expect(early == .none && forgotten == .silent(node: "node 2") && late == .opened)
    }

    /// What was noted by a clock that has been set back would be newer than all that follows.
    @Test func forgetsWhatIsFromATimeToCome() {
        var breaker = CircuitBreaker()
        _ = breaker.saw(CircuitBreaker.Look("a", .acted, submittedAt: at(3_600), nodes: ["a"]), at: at(3_601))
        let stuck = CircuitBreaker.Look("b", .stage(.untaken, for: .seconds(60)), submittedAt: at(10), nodes: ["a"])
        let said = breaker.saw(stuck, at: at(70))
        #expect(said == .opened)
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
        let said13 = breaker.saw(CircuitBreaker.Look("other", .stage(.running, for: .zero)), at: at(121))
        #expect(said13 == .none)
        for waiting in [JobStage.pending, .untaken, .queued, .unknown] {
            let said14 = breaker.saw(CircuitBreaker.Look("probe", .stage(waiting, for: .seconds(1))), at: at(121))
            #expect(said14 == .none)
        }
        let said15 = breaker.saw(CircuitBreaker.Look("probe", evidence), at: at(122))
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
            let said18 = breaker.saw(
                CircuitBreaker.Look("probe \(now)", .stage(.untaken, for: .seconds(60))),
                at: at(now + 60)
            )
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
        let ended = breaker.saw(CircuitBreaker.Look("probe", .ended), at: at(121))
        #expect(probes && ended == .none)
        #expect(breaker.since == at(60))
        #expect(breaker.room(at: at(121)) == 1)
        let next = breaker.permits("next", at: at(121))
        let other = breaker.permits("other", at: at(121))
        #expect(next && !other)
        let closed = breaker.saw(CircuitBreaker.Look("next", .acted), at: at(122))
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
        let seen = breaker.saw(CircuitBreaker.Look("first", .stage(.running, for: .zero)), at: at(1))
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
        let said22 = breaker.saw(CircuitBreaker.Look("probe", .stage(.running, for: .zero)), at: at(421))
        #expect(said22 == .none)
        let said23 = breaker.saw(CircuitBreaker.Look("other", .stage(.running, for: .zero)), at: at(421))
        #expect(said23 == .closed)
    }
}
