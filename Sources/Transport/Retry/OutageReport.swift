/// When to speak of something that is down: once when it goes, now and then while it stays away, once when it is back.
///
/// A pure value; times are milliseconds since 1970.
package struct OutageReport: Sendable, Equatable {
    /// What is worth a line; where the calls below give none, nothing is.
    package enum Announcement: Sendable, Equatable {
        /// It has gone.
        case down
        /// It is still gone, after so long and so many failures.
        case stillDown(for: Duration, failures: Int)
        /// It is back, after so long and so many failures.
        case back(after: Duration, failures: Int)
    }

    /// Reminders after a minute, ten minutes and an hour, then hourly.
    private static let reminders: [Int64] = [60_000, 600_000, 3_600_000]

    private var since: Int64?
    private var failures = 0
    private var reminded = 0

    package init() {}

    /// Whether it is down as far as we know.
    package var isDown: Bool { since != nil }

    /// Notes a failed call.
    package mutating func failed(at now: Int64) -> Announcement? {
        guard let since else {
            self = OutageReport()
            since = now
            failures = 1
            return .down
        }
        failures += 1
        let elapsed = Self.elapsed(since, now)
        var isDue = false
        // A long pause between two failures may pass several reminders: one is enough.
        while elapsed >= Self.reminderTime(reminded) {
            reminded += 1
            isDue = true
        }
        return isDue ? .stillDown(for: .milliseconds(elapsed), failures: failures) : nil
    }

    /// Notes a call that worked.
    package mutating func recovered(at now: Int64) -> Announcement? {
        guard let since else { return nil }
        let announcement = Announcement.back(after: .milliseconds(Self.elapsed(since, now)), failures: failures)
        self = OutageReport()
        return announcement
    }

    private static func reminderTime(_ index: Int) -> Int64 {
        index < reminders.count ? reminders[index] : Int64(index - reminders.count + 2) * 3_600_000
    }

    /// Wall clocks are set back now and then, and far ahead; a century bounds the loop above.
    private static func elapsed(_ since: Int64, _ now: Int64) -> Int64 {
        let (difference, overflow) = now.subtractingReportingOverflow(since)
        return overflow ? 0 : min(max(0, difference), 3_155_760_000_000)
    }
}
