/// Something did not happen in the real time allowed.
package struct TimedOut: Error, CustomStringConvertible {
    package let what: String
    package let limit: Duration

    package var description: String { "\(what) did not happen within \(limit)" }
}

/// Runs `body` and cancels it when it takes longer than `limit` of real time.
package func withTimeout<Success: Sendable>(
    _ limit: Duration,
    _ what: String,
    body: @escaping @Sendable () async throws -> Success
) async throws -> Success {
    try await withThrowingTaskGroup(of: Success.self) { group in
        defer { group.cancelAll() }
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw TimedOut(what: what, limit: limit)
        }
        guard let first = try await group.next() else { throw CancellationError() }
        return first
    }
}

/// Asks again and again until there is an answer; only for tests of whole processes, where no event tells.
@discardableResult
package func eventually<Success>(
    within limit: Duration = .seconds(30),
    _ what: String,
    answer: () async throws -> Success?
) async throws -> Success {
    let clock = ContinuousClock()
    let end = clock.now + limit
    while true {
        if let answer = try await answer() { return answer }
        guard clock.now < end else { throw TimedOut(what: what, limit: limit) }
        try await Task.sleep(for: .milliseconds(20))
    }
}
