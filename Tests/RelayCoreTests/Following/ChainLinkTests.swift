import Ethereum
import RelayCore
import Testing

@Suite struct ChainLinkTests {
    @Test func takesWhatTellsABlockFromItsHeader() {
        let link = ChainLink(ChainSample.head(7, branch: 3, timestamp: 99))
        #expect(link.number == 7 && link.timestamp == 99)
        #expect(link.hash == ChainSample.hash(7, branch: 3))
        #expect(link.parentHash == ChainSample.hash(6, branch: 3))
    }

    @Test func differsFromARivalAtItsHeight() {
        #expect(ChainSample.link(7) == ChainSample.link(7))
        #expect(ChainSample.link(7) != ChainSample.link(7, branch: 1))
        #expect(ChainSample.link(7) != ChainSample.link(7, timestamp: 1))
    }
}
