import Ethereum
import RelayCore

/// Blocks and links of made-up chains: a block is known by its number and the branch that it is on.
enum ChainSample {
    static func hash(_ number: UInt64, branch: Int = 0) -> Hash32 {
        keccak256(Array("block \(number) of branch \(branch)".utf8))
    }

    static func link(_ number: UInt64, branch: Int = 0, timestamp: UInt64? = nil) -> ChainLink {
        ChainLink(head(number, branch: branch, timestamp: timestamp))
    }

    /// Every twelve seconds by default.
    static func head(
        _ number: UInt64,
        branch: Int = 0,
        parent: Hash32? = nil,
        timestamp: UInt64? = nil
    ) -> BlockHeader {
        BlockHeader(
            number: number,
            hash: hash(number, branch: branch),
            parentHash: parent ?? hash(number &- 1, branch: branch),
            timestamp: timestamp ?? number &* 12,
            baseFeePerGas: nil,
            gasLimit: 30_000_000,
            gasUsed: 0
        )
    }

    static func chain(_ numbers: UInt64..., final: UInt64? = nil) -> CanonicalChain {
        CanonicalChain(links: numbers.map { link($0) }, final: final.map { link($0) })
    }
}
