package import Ethereum
package import EthereumRPC
internal import RelayCore
package import RelayStore
package import Transport

/// Reads a range of past blocks once more: what was missed becomes a request, what is known stays as it is.
///
/// It moves no cursor, so it does not disturb following; how far it has come is told after each range, and from there it
/// is resumed.
///
/// This folder reads the past once more: what a replay would do, and doing it.
package struct ReplayRun: Sendable {
    let client: EthereumClient
    let reader: LogReader
    let store: RelayStore
    let contracts: [Address]
    let reach: ReplayReach
    /// Calls at most.
    package var callsPerSecond = 10
    let time: any TimeSource

    package init(
        client: EthereumClient,
        reader: LogReader,
        store: RelayStore,
        contracts: [Address],
        reach: ReplayReach,
        time: any TimeSource
    ) {
        self.client = client
        self.reader = reader
        self.store = store
        self.contracts = contracts
        self.reach = reach
        self.time = time
    }

    /// Reads on from `progress.next`; throws `ReplayFault` when the nodes do not give a range, and what the store throws.
    package func run(
        _ progress: inout Progress,
        report: (Progress) async throws -> Void
    ) async throws {
        progress.go(on: contracts)
        var past = ReplayReader(
            client: client,
            reader: reader,
            contracts: contracts,
            reach: reach,
            known: try await store.chain().canonical,
            pace: CallPace(perSecond: callsPerSecond, time: time),
            time: time
        )
        while progress.next <= progress.to {
            try Task.checkCancellation()
            guard let (range, logs) = try await past.read(from: progress.next, to: progress.to) else { continue }
            var batch = reader.batch(logs)
            batch.isLive = false
            batch.replayed = contracts.map { contract in
                ReplayedBlocks(contract: contract, range: range, since: progress.since(contract))
            }
            let result = try await store.ingest(batch, at: Timestamp(milliseconds: time.now()))
            progress.found += result.found
            progress.known += result.known
            progress.rejected += result.rejected
            progress.next = range.upperBound.saturatingAdding(1)
            try await report(progress)
        }
    }
}
