import Ethereum
import JSON

/// The tips in an answer of `eth_feeHistory`.
enum RewardReader {
    /// The median over the blocks; zero when there is none.
    static func median(_ reader: inout JSONReader) throws -> UInt256 {
        var rewards: [UInt256] = []
        try reader.enterObject()
        while let key = try reader.nextKey() {
            if key == .reward { rewards = try blocks(&reader) } else { try reader.skip() }
        }
        return rewards.isEmpty ? .zero : rewards.sorted()[rewards.count / 2]
    }

    private static func blocks(_ reader: inout JSONReader) throws -> [UInt256] {
        var rewards: [UInt256] = []
        guard try !reader.null() else { return rewards }
        try reader.enterArray()
        while try reader.nextElement() {
            try reader.enterArray()
            while try reader.nextElement() { rewards.append(try expect(reader.wideQuantity(), "reward")) }
        }
        return rewards
    }
}

extension JSONKey {
    fileprivate static let reward: JSONKey = "reward"
}
