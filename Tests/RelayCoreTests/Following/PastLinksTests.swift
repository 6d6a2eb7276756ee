import Ethereum
import RelayTestSupport
import Testing

@testable import RelayCore

@Suite struct PastLinksTests {
    private static func link(_ number: UInt64, at timestamp: UInt64) -> ChainLink {
        ChainLink(
            number: number,
            hash: keccak256([UInt8(truncatingIfNeeded: number)]),
            parentHash: .zero,
            timestamp: timestamp
        )
    }

    @Test(arguments: [(100, 12), (3_600, 1), (90, 2), (5, 1), (1, 0)])
    func findsABlockThatIsOldEnough(seconds: UInt64, blockTime: UInt64) throws {
        var past = PastLinks(seconds: seconds)
        for number in 0..<5_000 as Range<UInt64> {
            let now = 1_000_000 + number * blockTime
            past.note([Self.link(number, at: now)])
            #expect(past.links.count <= 68)
            let wanted = now - seconds
            guard blockTime > 0, number * blockTime >= seconds else { continue }
            let found = try #require(past.links.last { $0.timestamp <= wanted })
            // No later than by a 64th of the time, and a block.
            #expect(wanted - found.timestamp <= seconds / 64 + 2 * blockTime + 1)
        }
    }

    @Test func isBoundedAndInOrderWhateverTheClocksSay() {
        var chance = SeededGenerator(seed: 5)
        for _ in 0..<200 {
            let seconds: UInt64 = chance.choose(0, 1, 90, 3_600, .max)
            var past = PastLinks(seconds: seconds)
            for number in 0..<300 as Range<UInt64> {
                let timestamp: UInt64 = chance.choose(0, number, 1_000 * number, .max - number, .max)
                past.note([Self.link(number / 2, at: timestamp)])
                #expect(past.links.count <= 68)
                #expect(past.links == past.links.sorted { ($0.number, $0.timestamp) < ($1.number, $1.timestamp) })
            }
        }
    }

    @Test func goesOnAfterABlockFromTheFuture() {
        var past = PastLinks(seconds: 90)
        past.note([Self.link(1, at: 100), Self.link(2, at: 1_000_000), Self.link(3, at: 110)])

        #expect(past.links.map(\.number) == [1, 3])
    }
}
