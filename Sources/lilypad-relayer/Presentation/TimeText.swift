import JSON
import RelayCore
import Telemetry

/// Times as people read them.
enum TimeText {
    /// `2026-11-24T08:56:22.706Z` (RFC 3339).
    static func absolute(_ time: Timestamp) -> String {
        rfc3339(milliseconds: time.milliseconds)
    }

    /// `5 s`, `3 min`, `2 h`, `4 d`.
    static func duration(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds)
        switch seconds {
        case ..<120: return "\(seconds) s"
        case ..<7_200: return "\(seconds / 60) min"
        case ..<172_800: return "\(seconds / 3_600) h"
        default: return "\(seconds / 86_400) d"
        }
    }

    /// `0.042 s`, `12.4 s`, and as `duration` has it from twenty minutes on.
    static func seconds(_ duration: Duration) -> String {
        let milliseconds = max(0, duration.wholeMilliseconds)
        switch milliseconds {
        case 0: return "0 s"
        case ..<1_000: return "\(places(milliseconds)) s"
        case ..<1_200_000: return "\(places(milliseconds).dropLast(2)) s"
        default: return Self.duration(duration)
        }
    }

    /// Seconds with three places, for programs.
    static func secondsNumber(_ duration: Duration) -> JSONValue {
        JSONNumber(text: places(max(0, duration.wholeMilliseconds))).map { .number($0) } ?? .null
    }

    private static func places(_ milliseconds: Int64) -> String {
        let (whole, rest) = milliseconds.quotientAndRemainder(dividingBy: 1_000)
        let digits = String(rest)
        return "\(whole)." + String(repeating: "0", count: 3 - digits.count) + digits
    }
}
