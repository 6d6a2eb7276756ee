import RelayCore
import RelayTestSupport
import Testing

@Suite struct BlockPaceTests {
    /// One link a block, at these times.
    private static func pace(_ timestamps: [UInt64], every blocks: UInt64 = 1) -> BlockPace {
        BlockPace(
            timestamps.enumerated().map { ChainSample.link(UInt64($0.offset) * blocks, timestamp: $0.element) }
        )
    }

    private static func steady(_ seconds: UInt64, every blocks: UInt64 = 1) -> BlockPace {
        pace((0..<40).map { 1_700_000_000 + $0 * seconds }, every: blocks)
    }

    @Test func knowsNothingFromLessThanTwoLinks() {
        #expect(BlockPace([]).blockTime == nil)
        #expect(Self.pace([7]).blockTime == nil)
    }

    @Test func measuresSteadyChains() {
        #expect(Self.steady(12).blockTime == .seconds(12))
        #expect(Self.steady(2).blockTime == .seconds(2))
        // Links at every fourth or hundredth block.
        #expect(Self.steady(1, every: 4).blockTime == .milliseconds(250))
        #expect(Self.steady(1_200, every: 100).blockTime == .seconds(12))
    }

    /// Block times are whole seconds, so most of a fast chain's blocks have the same one.
    @Test func aFastChainHasEqualTimestamps() {
        let times = (0..<40).map { 1_700_000_000 + UInt64($0) / 4 }
        #expect(Self.pace(times).blockTime == .zero)
        #expect(Self.pace(times).pause(isAnnounced: false, isBusy: true) == BlockPace.fastest)
        #expect(Self.pace(Array(repeating: 5, count: 40)).blockTime == .zero)
    }

    @Test func aChainThatRestsIsAsFastAsItsBursts() {
        var times: [UInt64] = [1_000]
        for block in 1..<40 { times.append(times[block - 1] + (block % 2 == 0 ? 600 : 2)) }
        #expect(Self.pace(times).blockTime == .seconds(2))
        // A single burst is no measure.
        let rare = (0..<40).map { UInt64($0) * 600 + ($0 == 39 ? 2 : 0) }
        #expect(Self.pace(rare).blockTime == .seconds(600))
    }

    @Test("a chain stands still after 20 blocks' time, and after three times its longest rest")
    func standstill() {
        #expect(Self.steady(12).standstill == .seconds(240))
        var times: [UInt64] = [1_000]
        for block in 1..<30 { times.append(times[block - 1] + (block % 10 == 0 ? 600 : 2)) }
        #expect(Self.pace(times).standstill == .seconds(1_800))
        #expect(BlockPace([]).standstill == .zero)
    }

    @Test func measuresOnlyTheNewestLinks() {
        var times = (0..<100).map { UInt64($0) * 100 }
        times += (1...32).map { 9_900 + UInt64($0) * 3 }
        #expect(Self.pace(times).blockTime == .seconds(3))
    }

    @Test func bearsHostileTimes() {
        #expect(Self.pace([.max, 0, .max, 0, .max]).blockTime == .zero)
        #expect(Self.pace([0, .max]).blockTime == .milliseconds((1 << 40) * 1_000))
        #expect(Self.pace([.max - 1, .max]).blockTime == .seconds(1))
        let far = BlockPace([ChainSample.link(0, timestamp: 0), ChainSample.link(.max, timestamp: .max)])
        #expect(far.blockTime == .zero)
        // As a store that was damaged would have them.
        let back = BlockPace([ChainSample.link(9, timestamp: 9), ChainSample.link(2, timestamp: 12)])
        #expect(back.blockTime == .seconds(3))
        for pace in [Self.pace([0, .max]), Self.pace([.max, 0])] {
            for (isAnnounced, isBusy) in [(true, true), (true, false), (false, true), (false, false)] {
                let pause = pace.pause(isAnnounced: isAnnounced, isBusy: isBusy)
                #expect(pause >= BlockPace.fastest && pause <= BlockPace.slowest)
            }
        }
    }

    // MARK: Pauses, in milliseconds

    @Test(
        arguments: [
            (12_000, 30_000, 24_000, 4_000, 4_000), (2_000, 30_000, 4_000, 666, 1_000),
            (250, 30_000, 1_000, 200, 1_000),
            (600_000, 30_000, 30_000, 30_000, 30_000), (nil, 30_000, 2_000, 1_000, 1_000),
        ] as [(UInt64?, Int, Int, Int, Int)]
    )
    func looksAsOftenAsItIsWorth(blockTime: UInt64?, quiet: Int, announced: Int, busy: Int, idle: Int) {
        let links = blockTime.map { time in
            (0..<10).map { ChainSample.link($0 * 1_000, timestamp: $0 * time) }
        }
        let pace = BlockPace(links ?? [])
        #expect(pace.blockTime == blockTime.map { .milliseconds(Int($0)) })
        func milliseconds(_ isAnnounced: Bool, _ isBusy: Bool) -> Int {
            let parts = pace.pause(isAnnounced: isAnnounced, isBusy: isBusy).components
            return Int(parts.seconds) * 1_000 + Int(parts.attoseconds / 1_000_000_000_000_000)
        }
        #expect(milliseconds(true, false) == quiet)
        #expect(milliseconds(true, true) == announced)
        #expect(milliseconds(false, true) == busy)
        #expect(milliseconds(false, false) == idle)
    }

    /// Whatever the links, no pause is out of bounds.
    @Test(arguments: 0..<100 as Range<UInt64>)
    func keepsItsBounds(seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        let links = (0..<chance.below(50)).map { _ in
            ChainSample.link(
                chance.oneIn(2) ? chance.next() : UInt64(chance.below(100)),
                timestamp: chance.oneIn(2) ? chance.next() : UInt64(chance.below(100))
            )
        }
        let pace = BlockPace(links)
        for (isAnnounced, isBusy) in [(true, true), (true, false), (false, true), (false, false)] {
            let pause = pace.pause(isAnnounced: isAnnounced, isBusy: isBusy)
            #expect(pause >= BlockPace.fastest && pause <= BlockPace.slowest, "seed \(seed)")
        }
    }
}
