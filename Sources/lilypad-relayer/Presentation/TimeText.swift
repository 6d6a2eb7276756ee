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
}
