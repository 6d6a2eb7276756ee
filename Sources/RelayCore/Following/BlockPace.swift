/// How fast blocks come, as measured, and how often it is worth to look for one.
package struct BlockPace: Equatable, Sendable {
    /// The longest and the shortest time between two looks.
    package static let slowest: Duration = .seconds(30)
    package static let fastest: Duration = .milliseconds(200)
    /// Links that are measured.
    private static let sample = 33

    /// Between two blocks; nil as long as too few are known.
    ///
    /// The lower quartile: a chain that rests between bursts is as fast as its bursts.
    package let blockTime: Duration?
    /// The mean of the same: timestamps are whole seconds, by which blocks that are faster seem to take no time.
    package let mean: Duration?
    /// Without a new block for so long the chain stands still: 20 times its block time, and three times its longest rest
    /// of late, since some make blocks only when there is something in them.
    package let standstill: Duration

    package init(_ links: [ChainLink]) {
        let recent = links.suffix(Self.sample)
        var times: [Duration] = []
        for (earlier, later) in zip(recent, recent.dropFirst()) {
            let seconds = later.timestamp - min(earlier.timestamp, later.timestamp)
            let blocks = max(1, later.number - min(earlier.number, later.number))
            times.append(.milliseconds(Int64(clamping: min(seconds, 1 << 40) &* 1_000 / blocks)))
        }
        mean = times.isEmpty ? nil : times.reduce(.zero, +) / times.count
        times.sort()
        blockTime = times.isEmpty ? nil : times[times.count / 4]
        standstill = max((blockTime ?? .zero) * 20, (times.last ?? .zero) * 3)
    }

    /// Until the next look.
    ///
    /// `isAnnounced` tells whether a healthy subscription tells of new blocks and of the contracts' logs, `isBusy` whether
    /// something waits for the chain to go on. Where blocks come faster than once a second, one look is for several of
    /// them.
    package func pause(isAnnounced: Bool, isBusy: Bool) -> Duration {
        switch (isAnnounced, isBusy) {
        case (true, false): Self.slowest
        case (true, true): clamped((blockTime ?? .seconds(1)) * 2, from: .seconds(1))
        case (false, true): clamped((blockTime ?? .seconds(3)) / 3, from: Self.fastest)
        case (false, false): clamped((blockTime ?? .seconds(3)) / 3, from: .seconds(1))
        }
    }

    private func clamped(_ pause: Duration, from least: Duration) -> Duration { min(max(pause, least), Self.slowest) }
}
