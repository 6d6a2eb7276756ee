internal import Ethereum
internal import EthereumRPC
internal import Transport

/// Measures how fast blocks come, and how fast a node answers.
struct PaceProbe: Sendable {
    let node: EthereumClient
    let time: any TimeSource

    /// Seconds are all that a block tells, so it takes many where they are fast.
    private static let sample: UInt64 = 256

    /// Over the last blocks.
    func blockTime(below head: BlockSight) async -> Observed<BlockTime> {
        let node = node
        return await observe(within: .seconds(15), time) {
            // A height without a block (Filecoin) has one near it.
            for step in 0..<4 as Range<UInt64> {
                let number = head.number - min(head.number, Self.sample - step)
                let earlier = try? await node.header(at: .number(number))
                guard let earlier, earlier.timestamp <= head.timestamp else { continue }
                return BlockTime(blocks: head.number - number, seconds: head.timestamp - earlier.timestamp)
            }
            throw NodeProbe.NoBlock()
        }
    }

    /// The middle one of five calls that cost the node nothing.
    func latency() async -> Observed<Duration> {
        let (node, time) = (node, time)
        return await observe(within: .seconds(20), time) {
            var spans: [Int64] = []
            for _ in 0..<5 {
                let began = time.now()
                _ = try await node.blockNumber()
                spans.append(max(0, time.now() - began))
            }
            return .milliseconds(spans.sorted()[2])
        }
    }
}
