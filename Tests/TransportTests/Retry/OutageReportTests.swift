import Testing
import Transport

struct OutageReportTests {
    @Test
    func speaksOnceOfAnOutageAndOnceOfItsEnd() {
        var report = OutageReport()
        #expect(report.recovered(at: 0) == nil)
        #expect(report.failed(at: 1000) == .down)
        for second in 2..<60 { #expect(report.failed(at: Int64(second) * 1000) == nil) }
        #expect(report.isDown)

        #expect(report.recovered(at: 60_000) == .back(after: .seconds(59), failures: 59))
        #expect(report.recovered(at: 61_000) == nil)
        #expect(!report.isDown)
        #expect(report.failed(at: 70_000) == .down)
    }

    @Test
    func remindsAtGrowingIntervals() {
        var report = OutageReport()
        var reminders: [Int64] = []
        _ = report.failed(at: 0)
        for second in 1...(3 * 3600) {
            if case .stillDown(let duration, _) = report.failed(at: Int64(second) * 1000) {
                reminders.append(duration.components.seconds)
            }
        }
        #expect(reminders == [60, 600, 3600, 7200, 10_800])
    }

    @Test
    func saysItOnceAfterALongPause() {
        var report = OutageReport()
        _ = report.failed(at: 0)
        #expect(report.failed(at: 5 * 3_600_000) == .stillDown(for: .seconds(18_000), failures: 2))
        #expect(report.failed(at: 5 * 3_600_000 + 1) == nil)
    }

    @Test
    func bearsClocksThatJump() {
        for start in [Int64.min, 0, Int64.max] {
            for next in [Int64.min, -1, 0, Int64.max] {
                var report = OutageReport()
                #expect(report.failed(at: start) == .down)
                _ = report.failed(at: next)
                #expect(report.recovered(at: next) != nil)
            }
        }
    }
}
