import RelayTestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ManualTimeTests {
    let time = ManualTime(now: 1000)

    @Test func wakesWhoseTimeHasComeAndNobodyElse() async throws {
        async let early: Void = time.sleep(for: .milliseconds(10))
        let late = Task { try await time.sleep(for: .milliseconds(11)) }
        try await time.waitForSleepers(2)

        time.advance(by: .milliseconds(10))
        try await early

        #expect(time.sleeperCount == 1)
        #expect(time.now() == 1010)
        time.advance(by: .milliseconds(1))
        try await late.value
    }

    @Test func wakesInOrderOfDeadline() async throws {
        let woken = Recorder<Int64>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for milliseconds in [30, 10, 20] {
                group.addTask {
                    try await time.sleep(for: .milliseconds(milliseconds))
                    woken.record(time.now())
                }
            }
            try await time.waitForSleepers(3)
            #expect(time.deadlines == [1010, 1020, 1030])
            for _ in 0..<3 {
                time.advanceToNextSleeper()
                try await group.next()
            }
        }

        #expect(woken.all == [1010, 1020, 1030])
        #expect(!time.advanceToNextSleeper())
    }

    @Test func neverWakesEarlyForAPartOfAMillisecond() async throws {
        async let sleeper: Void = time.sleep(for: .microseconds(1))
        try await time.waitForSleepers()

        #expect(time.deadlines == [1001])
        time.advance(by: .milliseconds(1))
        try await sleeper
    }

    @Test(arguments: [Duration.zero, .seconds(-1)])
    func returnsAtOnceWhenThereIsNothingToWaitFor(duration: Duration) async throws {
        try await time.sleep(for: duration)

        #expect(time.sleeperCount == 0)
    }

    @Test func cancellingEndsTheSleep() async throws {
        let sleeper = Task { try await time.sleep(for: .seconds(1)) }
        try await time.waitForSleepers()

        sleeper.cancel()

        await #expect(throws: CancellationError.self) { try await sleeper.value }
        #expect(time.sleeperCount == 0)
    }

    @Test func cancelledBeforehandDoesNotSleep() async {
        let sleeper = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            try await time.sleep(for: .seconds(1))
        }

        await #expect(throws: CancellationError.self) { try await sleeper.value }
        #expect(time.sleeperCount == 0)
    }

    @Test func cancellingEndsWaitingForSleepers() async {
        let watcher = Task { try await time.waitForSleepers(1) }

        watcher.cancel()

        await #expect(throws: CancellationError.self) { try await watcher.value }
    }

    @Test func runsThroughAnHourOfBackOff() async throws {
        let attempts = Recorder<Int>()
        let worker = Task {
            for attempt in 1...6 {
                attempts.record(attempt)
                try await time.sleep(for: .seconds(600))
            }
        }

        try await time.run { attempts.last == 6 }

        #expect(time.now() == 1000 + 5 * 600_000)
        time.advance(by: .seconds(600))
        try await worker.value
    }

    @Test func stopsAtEachDeadlineOnTheWay() async throws {
        let seen = Recorder<Int64>()
        let worker = Task {
            while true {
                try await time.sleep(for: .seconds(10))
                seen.record(time.now())
            }
        }

        try await time.run(for: .seconds(35))
        worker.cancel()

        #expect(seen.all == [11_000, 21_000, 31_000])
        #expect(time.now() == 36_000)
    }

    @Test func givesUpAfterTheVirtualLimit() async throws {
        let worker = Task { while true { try await time.sleep(for: .seconds(10)) } }
        defer { worker.cancel() }

        await #expect(throws: ManualTimeError.neverHappened(after: .seconds(60))) {
            try await time.run(within: .seconds(60)) { false }
        }
        #expect(time.now() == 61_000)
    }

    /// A commit that failed for one, which nobody tells the clock of.
    @Test func saysWhenItIsHeldForGood() async throws {
        let time = ManualTime(holdLimit: .milliseconds(20))
        let sleeper = Task { try await time.sleep(for: .seconds(1)) }
        try await time.waitForSleepers()
        time.hold()

        await #expect(throws: ManualTimeError.held(.milliseconds(20))) { try await time.run { false } }

        #expect(time.sleeperCount == 1)
        sleeper.cancel()
    }

    @Test func saturatesAtTheEndOfTime() async throws {
        let sleeper = Task { try await time.sleep(for: .seconds(Int64.max)) }
        try await time.waitForSleepers()

        #expect(time.deadlines == [.max])
        sleeper.cancel()
    }
}
