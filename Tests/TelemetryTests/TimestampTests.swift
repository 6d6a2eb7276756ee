import Testing

@testable import Telemetry

@Suite struct TimestampTests {
    // By `date -u -d @SECONDS`.
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_400_001, "2000-02-29T00:00:00.001Z"),
            (951_868_799_999, "2000-02-29T23:59:59.999Z"), (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (1_735_689_599_999, "2024-12-31T23:59:59.999Z"), (1_735_689_600_000, "2025-01-01T00:00:00.000Z"),
            (4_107_542_399_000, "2100-02-28T23:59:59.000Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)]
    )
    func writesRFC3339(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).rfc3339 == text)
    }

    @Test(arguments: [Int64.min, -1]) func staysAfter1970(milliseconds: Int64) {
        #expect(Timestamp(milliseconds: milliseconds).rfc3339 == "1970-01-01T00:00:00.000Z")
    }

    @Test func staysBeforeTheYear10000() {
        #expect(Timestamp(milliseconds: .max).rfc3339 == "9999-12-31T23:59:59.999Z")
    }

    @Test func countsEveryDayOnce() {
        var (year, month, day) = (1970, 1, 1)
        for number in 0..<60_000 as Range<Int64> {
            let text = Timestamp(milliseconds: number * 86_400_000).rfc3339
            let parts = text.prefix(10).split(separator: "-").compactMap { Int($0) }
            #expect(parts == [year, month, day])
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            day += 1
            if day > lengths[month - 1] { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
    }
}
