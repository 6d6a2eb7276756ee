/// A moment of the proleptic Gregorian calendar in UTC, for log lines.
struct Timestamp {
    private let date: String
    /// `12:03:04.123`.
    let timeOfDay: String

    /// Takes milliseconds since 1970; years before 1970 and after 9999, which RFC 3339 cannot write, are cut.
    init(milliseconds: Int64) {
        let inRange = min(max(milliseconds, 0), 253_402_300_799_999)
        let (year, month, day) = Self.civilDate(days: inRange / 86_400_000)
        date = "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
        let rest = inRange % 86_400_000
        let hour = Self.padded(rest / 3_600_000, 2)
        let minute = Self.padded(rest / 60_000 % 60, 2)
        let second = Self.padded(rest / 1_000 % 60, 2)
        timeOfDay = "\(hour):\(minute):\(second).\(Self.padded(rest % 1_000, 3))"
    }

    /// RFC 3339: `2026-11-24T12:03:04.123Z`.
    var rfc3339: String { "\(date)T\(timeOfDay)Z" }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Counts years from March, so that the leap day is a year's last: months are then 153 days in five.
    private static func civilDate(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let fromMarch0000 = days + 719_468
        let era = fromMarch0000 / 146_097
        let dayOfEra = fromMarch0000 % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let fromMarch = (5 * dayOfYear + 2) / 153
        let month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * fromMarch + 2) / 5 + 1)
    }
}

/// A time in milliseconds since 1970 as RFC 3339 has it, in UTC: `2026-11-24T08:56:22.706Z`.
package func rfc3339(milliseconds: Int64) -> String { Timestamp(milliseconds: milliseconds).rfc3339 }
