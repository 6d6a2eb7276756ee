/// What a test waited for did not happen.
package enum ManualTimeError: Error, Equatable, CustomStringConvertible {
    /// The condition was still false when the virtual time was used up.
    case neverHappened(after: Duration)
    /// The condition was still false and nobody sleeps, so that nothing can change any more.
    case stuck
    /// Nothing has happened for so long but that somebody holds the clock.
    case held(Duration)

    package var description: String {
        switch self {
        case .neverHappened(let duration): "the condition is still false after \(duration) of virtual time"
        case .stuck: "the condition is false, the program is idle and nobody sleeps"
        case .held(let duration):
            "the clock has been held for \(duration) in which nothing happened: what held it, such as a commit that"
                + " failed, has not released it"
        }
    }
}

extension ManualTime {
    /// Lets the program run, jumping to the next deadline whenever it is idle, until the condition holds.
    ///
    /// "Idle" is a guess: nothing has touched the clock or a fake in several turns of the executor and some real
    /// milliseconds. A wrong guess makes time pass as it would on a slow machine, never out of order.
    /// - Parameters:
    ///   - limit: virtual time after which it gives up.
    ///   - condition: asked after each step; reads the fakes or the store.
    /// - Throws: `ManualTimeError`, `CancellationError`, and whatever the condition throws.
    package func run(
        within limit: Duration = .seconds(3600),
        until condition: () async throws -> Bool
    ) async throws {
        let end = current.addingSaturated(limit.roundedUpToMilliseconds)
        var idle = 0
        if try await condition() { return }
        while true {
            try await settle()
            if try await condition() { return }
            guard !advanceToNextSleeper(notAfter: end) else {
                idle = 0
                continue
            }
            // Nobody wakes before the end, but work outside the executor (a commit, a thread) may still be going on:
            // patience before the verdict.
            idle += 1
            guard idle > 400 else { continue }
            throw sleeperCount > 0 ? ManualTimeError.neverHappened(after: limit) : .stuck
        }
    }

    /// Lets this much virtual time pass, stopping at each deadline on the way, and ends with an idle program.
    package func run(for duration: Duration) async throws {
        let end = current.addingSaturated(duration.roundedUpToMilliseconds)
        repeat {
            try await settle()
        } while advanceToNextSleeper(notAfter: end)
        let rest = end.subtractingReportingOverflow(current).partialValue
        advance(by: .milliseconds(max(rest, 0)))
        try await settle()
    }

    /// Waits in real time until the program seems idle and nobody holds the clock.
    private func settle() async throws {
        let clock = ContinuousClock()
        var seen = activity
        var seenAt = clock.now
        var quietRounds = 0
        var enough = 3
        while quietRounds < enough || isHeld {
            let began = clock.now
            for _ in 0..<20 { await Task.yield() }
            try await Task.sleep(for: .microseconds(200))
            // Where this task has waited for a processor, those of the program may still wait for theirs.
            if clock.now - began > .milliseconds(2) { enough = 12 }
            let now = activity
            quietRounds = now == seen ? quietRounds + 1 : 0
            if now != seen { (seen, seenAt) = (now, clock.now) }
            // Whoever holds it for ever would have the test wait for its time limit, which says nothing of why.
            guard !isHeld || clock.now - seenAt < holdLimit else { throw ManualTimeError.held(holdLimit) }
        }
    }
}
