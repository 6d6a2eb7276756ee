internal import Ethereum
package import EthereumRPC
package import RelayCore
package import RelayStore
internal import Telemetry
internal import Transport

/// Reads the chain from the cursors to the head, and stores what it finds with the cursor in one transaction.
///
/// A head that comes by WebSocket is only a reason to look earlier: polling is always on.
package struct FollowService: Sendable {
    package struct Options: Sendable {
        package var pollInterval: Duration = .seconds(4)
        /// Blocks in one range, at most.
        package var window: UInt64 = 2_000
        /// Blocks below the cursor that are read again with each new head: a node that answered for a fresh block
        /// before it had its logs, or a reorg of a few blocks, hides nothing.
        ///
        /// It costs no call more.
        package var tail: UInt64 = 0
        package var outageBackoff = Backoff(first: .milliseconds(500), limit: .seconds(30))
        /// A node that wants to be left alone for longer is asked all the same.
        package var longestRetryAfter: Duration = .seconds(600)

        package init() {}
    }

    let client: EthereumClient
    let reader: LogReader
    let store: RelayStore
    let options: Options
    let environment: ServiceEnvironment
    let heads: HeadBoard
    let wakeup: Wakeup

    package init(
        client: EthereumClient,
        reader: LogReader,
        store: RelayStore,
        options: Options,
        environment: ServiceEnvironment,
        heads: HeadBoard,
        wakeup: Wakeup
    ) {
        self.client = client
        self.reader = reader
        self.store = store
        self.options = options
        self.environment = environment
        self.heads = heads
        self.wakeup = wakeup
    }

    /// Follows these contracts until it is asked to stop or is cancelled; throws what the store throws.
    package func run(_ cursors: [ContractCursor]) async throws {
        environment.stop.wake(wakeup)
        var follower = Follower(cursors: cursors, planner: LogRangePlanner(maximum: options.window))
        var failures = 0
        while !environment.stop.isRequested {
            var pause = options.pollInterval
            do {
                try await catchUp(&follower)
                failures = 0
                environment.outages.recovered("chain node")
            } catch let error as any Error & CustomStringConvertible where Self.isNodes(error) {
                failures += 1
                environment.outages.failed("chain node", error)
                let own = options.outageBackoff.delay(after: failures)
                pause = max(own, min((error as? RPCError)?.retryAfter ?? .zero, options.longestRetryAfter))
            }
            try await wakeup.next(within: pause, of: environment.time)
        }
    }

    /// Errors of the node, which pass; anything else (the store, a cancelled task) ends the service.
    private static func isNodes(_ error: any Error) -> Bool {
        error is RPCError || error is LogReader.StrayLog || error is HeadMissing
    }

    private struct Follower {
        var cursors: [ContractCursor]
        var planner: LogRangePlanner
    }

    private struct HeadMissing: Error, CustomStringConvertible {
        let description = "the node has no latest block"
    }

    private func catchUp(_ follower: inout Follower) async throws {
        guard let head = try await client.header(at: .latest) else { throw HeadMissing() }
        environment.counters.set("chain.head", to: Int64(clamping: head.number))
        while let step = nextStep(follower, head: head.number), !environment.stop.isRequested {
            guard let batch = try await read(step, head: head, &follower) else { continue }
            let report = try await store.ingest(batch, at: environment.now)
            follower.planner.answered()
            for cursor in batch.cursors {
                if let index = follower.cursors.firstIndex(where: { $0.contractID == cursor.contractID }) {
                    follower.cursors[index] = cursor
                }
            }
            note(report, step)
            heads.post(head)
        }
        heads.post(head)
    }

    /// The lowest unread blocks and the contracts that have not been read there.
    private func nextStep(
        _ follower: Follower,
        head: UInt64
    ) -> (range: ClosedRange<UInt64>, cursors: [ContractCursor])? {
        guard let lowest = follower.cursors.map(\.nextBlock).min() else { return nil }
        // Where the next contract begins the range ends, so that each range has one set of contracts.
        let others = follower.cursors.map(\.nextBlock).filter { $0 > lowest }.min()
        let end = others.map { min($0 - 1, head) } ?? head
        guard let range = follower.planner.range(from: lowest, head: end) else { return nil }
        return (range, follower.cursors.filter { $0.nextBlock == lowest })
    }

    /// The range, and at the head the blocks below it that are read once more, within the node's window.
    private func withTail(
        _ step: (range: ClosedRange<UInt64>, cursors: [ContractCursor]),
        head: UInt64,
        window: UInt64
    ) -> ClosedRange<UInt64> {
        let range = step.range
        guard range.upperBound == head else { return range }
        let first = step.cursors.map(\.startBlock).max() ?? range.lowerBound
        let room = window - min(window, range.upperBound - range.lowerBound + 1)
        let below = min(options.tail, room, range.lowerBound - min(range.lowerBound, first))
        return (range.lowerBound - below)...range.upperBound
    }

    /// nil: the node wants a smaller range, which is planned already.
    private func read(
        _ step: (range: ClosedRange<UInt64>, cursors: [ContractCursor]),
        head: BlockHeader,
        _ follower: inout Follower
    ) async throws -> IngestBatch? {
        let range = withTail(step, head: head.number, window: follower.planner.window)
        do {
            var batch = try await reader.read(range, of: step.cursors.map(\.address))
            batch.headers = step.range.upperBound == head.number ? [head] : []
            batch.cursors = step.cursors.map { cursor in
                var cursor = cursor
                cursor.nextBlock = step.range.upperBound.saturatingAdding(1)
                return cursor
            }
            return batch
        } catch let error as RPCError {
            guard case .tooMany(let hint) = error.logRangeFailure else { throw error }
            switch follower.planner.refused(range, hint: hint) {
            case .narrower: return nil
            case .singleBlock: throw error
            }
        }
    }

    private func note(_ report: IngestReport, _ step: (range: ClosedRange<UInt64>, cursors: [ContractCursor])) {
        environment.counters.increment("requests.found", by: Int64(report.found))
        environment.counters.increment("logs.rejected", by: Int64(report.rejected))
        environment.counters.set("chain.cursor", to: Int64(clamping: step.range.upperBound))
        if report.found > 0 {
            environment.log.info("requests found", ["requests": report.found, "block.number": step.range.upperBound])
        }
        if report.rejected > 0 {
            environment.log.warning("logs rejected", ["logs": report.rejected, "block.number": step.range.upperBound])
        }
    }
}
