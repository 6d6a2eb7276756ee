/// How long something has gone on, and at how many looks it was seen: neither a clock that jumps nor a burst of looks ends
/// a patience alone.
package struct Patience: Equatable, Sendable {
    private var since: Timestamp?
    private var looks = 0

    package init() {}

    /// Seen once more; returns whether it has now gone on for so long, and has been seen so often.
    package mutating func isOver(after duration: Duration, looks enough: Int = 3, at now: Timestamp) -> Bool {
        // A clock that was set back begins anew.
        let begin = since.map { min($0, now) } ?? now
        since = begin
        looks = min(looks + 1, 1_000_000)
        return looks >= enough && now - begin >= duration
    }

    /// It is over by itself.
    package mutating func end() { self = Patience() }
}
