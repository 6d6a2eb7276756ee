extension Duration {
    /// Whole milliseconds, rounded up, within 0 and `Int32.max` (24 days): what C's waits take.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        guard seconds >= 0 else { return 0 }
        guard seconds < 2_000_000 else { return Int(Int32.max) }
        let perMillisecond: Int64 = 1_000_000_000_000_000
        return max(0, Int(seconds * 1000 + (attoseconds + perMillisecond - 1) / perMillisecond))
    }
}
