/// A duration for people: `35 ms`, `0.2 s`, `12 s`, `3 min`, `2 h`, `4 d`.
func spanText(_ duration: Duration) -> String {
    let milliseconds = max(0, duration / .milliseconds(1))
    switch milliseconds {
    case ..<100: return "\(Int(milliseconds)) ms"
    case ..<10_000: return "\((milliseconds / 100).rounded() / 10) s"
    case ..<120_000: return "\(Int(milliseconds / 1_000)) s"
    case ..<7_200_000: return "\(Int(milliseconds / 60_000)) min"
    case ..<172_800_000: return "\(Int(milliseconds / 3_600_000)) h"
    default: return "\(Int(min(milliseconds / 86_400_000, 1e9))) d"
    }
}

/// A duration as the settings take it: whole milliseconds, seconds or minutes.
func settingText(_ duration: Duration) -> String {
    let milliseconds = Int64(min(max(1, duration / .milliseconds(1)), 1e12))
    if milliseconds % 60_000 == 0 { return "\(milliseconds / 60_000)m" }
    return milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000)s" : "\(milliseconds)ms"
}

/// `1 block`, `2 blocks`.
func counted(_ count: some BinaryInteger, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
