internal import Ethereum
internal import EthereumRPC
internal import Transport

/// Tries whether a node has the logs of a block as soon as it announces the block: those that have not answer with none,
/// and whoever believes them misses requests.
struct FreshLogsProbe: Sendable {
    let node: EthereumClient
    /// Time for new heads to come.
    let patience: Duration
    let time: any TimeSource

    /// Heads with logs that are enough.
    private static let enough = 2

    func look() async -> Observed<FreshLogs> {
        await observe(within: patience + .seconds(15), time) {
            var seen = FreshLogs()
            var last: Hash32?
            let end = time.now() + Int64(patience / .milliseconds(1))
            repeat {
                if let head = try await node.header(at: .latest), head.hash != last {
                    last = head.hash
                    try await judge(head, &seen)
                    if seen.told >= Self.enough || seen.deferral != nil || seen.refusal != nil { return seen }
                }
                try await time.sleep(for: .milliseconds(200))
            } while time.now() < end
            return seen
        }
    }

    private func judge(_ head: BlockHeader, _ seen: inout FreshLogs) async throws {
        guard let bloom = head.logsBloom, !bloom.isFull else {
            seen.blind += 1
            return
        }
        guard !bloom.isEmpty else { return }
        do {
            if try await hasLogs(head) {
                seen.prompt += 1
            } else {
                seen.late = ((seen.late?.heads ?? 0) + 1, try await wait(for: head))
            }
            seen.told += 1
        } catch let error as RPCError where error.logRangeFailure == .beyondHead {
            seen.deferral = "\(error.kind)"
        } catch let error as RPCError where !error.isTransient {
            seen.refusal = "\(error.kind)"
        }
    }

    /// Of any contract: the bloom is that of the whole block.
    private func hasLogs(_ head: BlockHeader) async throws -> Bool {
        try await !node.logs(LogFilter(addresses: [], topics: [], from: head.number, to: head.number)).logs.isEmpty
    }

    private func wait(for head: BlockHeader) async throws -> Duration? {
        let began = time.now()
        for pause in [100, 300, 600, 1_000, 2_000] {
            try await time.sleep(for: .milliseconds(pause))
            // A block that was replaced meanwhile proves nothing.
            guard try await node.header(at: .number(head.number))?.hash == head.hash else { return nil }
            if try await hasLogs(head) { return .milliseconds(max(0, time.now() - began)) }
        }
        return nil
    }
}
