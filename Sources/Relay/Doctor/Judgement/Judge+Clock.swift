/// This machine's clock.
extension Judge {
    var clock: [Finding] {
        let offsets = seen.nodes.compactMap(\.clockOffset).sorted()
        guard !offsets.isEmpty else {
            guard let head = bestHead else { return [] }
            // Only a bound: a block is no younger than its time.
            let ahead = Int64(clamping: head.timestamp) - now / 1_000
            guard ahead > 15, !isDevelopment else {
                return [Finding(.ok, "clock", "offset", "no node's server says what time it is")]
            }
            return [finding(ahead * 1_000, of: "the newest block")]
        }
        return [finding(offsets[offsets.count / 2], of: "the nodes' servers")]
    }

    private func finding(_ offset: Int64, of whom: String) -> Finding {
        let size = Duration.milliseconds(abs(offset))
        // A server tells whole seconds.
        guard size > .seconds(5) else { return Finding(.ok, "clock", "offset", "it agrees with \(whom)") }
        return Finding(
            size > .seconds(300) ? .error : .warning,
            "clock",
            "offset",
            "it is \(spanText(size)) \(offset > 0 ? "behind" : "ahead of") \(whom)",
            remedy: "set this machine's clock (NTP): deadlines and times in the database go by it"
        )
    }
}
