import RelayTestSupport

/// Lets virtual time pass as `ManualTime.run(for:)` does, and gives the program more time on a busy machine: it goes on only
/// when as many sleep as usual.
///
/// Each service of an idle relayer sleeps, so whoever does not is still at work.
struct PatientClock {
    /// In real time, for somebody who sleeps no more.
    private static let patience: Duration = .milliseconds(500)

    private let time: ManualTime
    private var usual = 0

    init(_ time: ManualTime) {
        self.time = time
    }

    mutating func run(for duration: Duration) async throws {
        let end = time.now() + Int64(duration / .milliseconds(1))
        while let next = try await deadline(), next <= end { time.advance(by: .milliseconds(next - time.now())) }
        time.advance(by: .milliseconds(end - time.now()))
        _ = try await deadline()
    }

    /// When the next one wakes, once all sleep.
    private mutating func deadline() async throws -> Int64? {
        let limit = ContinuousClock.now + Self.patience
        repeat {
            // Until nothing has happened for a while.
            try await time.run(for: .zero)
        } while time.sleeperCount < usual && ContinuousClock.now < limit
        usual = time.sleeperCount
        return time.deadlines.first
    }
}
