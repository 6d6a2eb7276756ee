/// Keeps a wall clock from going back: where it is set back, time goes on from where it was, at the pace of a clock that
/// nobody sets.
///
/// What is due at a time that was written before would otherwise wait until the clock has caught up, in silence.
struct ClockFloor: Sendable {
    private var last: (wall: Int64, steady: Int64)?

    /// What time it is; both in milliseconds.
    mutating func time(wall: Int64, steady: Int64) -> Int64 {
        let least = last.map { $0.wall.addingReportingOverflow(max(0, steady &- $0.steady)) }
        let now = least.map { $0.overflow ? wall : max(wall, $0.partialValue) } ?? wall
        last = (now, steady)
        return now
    }
}
