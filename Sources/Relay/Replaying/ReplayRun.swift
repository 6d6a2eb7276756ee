package import Ethereum
package import EthereumRPC
internal import JSON
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
    package struct Progress: Equatable, Sendable {
        package var next: UInt64
        package let from: UInt64
        package let to: UInt64
        package var found = 0
        package var known = 0
        package var rejected = 0

        package init(from: UInt64, to: UInt64) {
            self.from = from
            self.to = to
            next = from
        }
    }

    let client: EthereumClient
    let reader: LogReader
    let store: RelayStore
    let contracts: [Address]
    let window: UInt64
    /// Calls at most.
    package var callsPerSecond = 10
    let time: any TimeSource

    package init(
        client: EthereumClient,
        reader: LogReader,
        store: RelayStore,
        contracts: [Address],
        window: UInt64 = 2_000,
        time: any TimeSource
    ) {
        self.client = client
        self.reader = reader
        self.store = store
        self.contracts = contracts
        self.window = window
        self.time = time
    }

    /// Reads on from `progress.next`; throws `RPCError` or `LogCheck.Fault` when the node fails, and what the store throws.
    package func run(
        _ progress: inout Progress,
        report: (Progress) async throws -> Void
    ) async throws {
        // Resumed, its first part may have been read for other contracts.
        let isWhole = progress.next == progress.from
        var past = ReplayReader(
            client: client,
            reader: reader,
            contracts: contracts,
            window: window,
            pace: CallPace(perSecond: callsPerSecond, time: time)
        )
        while progress.next <= progress.to {
            try Task.checkCancellation()
            guard let (range, logs) = try await past.read(from: progress.next, to: progress.to) else { continue }
            var batch = reader.batch(logs)
            batch.isLive = false
            let result = try await store.ingest(batch, at: Timestamp(milliseconds: time.now()))
            progress.found += result.found
            progress.known += result.known
            progress.rejected += result.rejected
            progress.next = range.upperBound.saturatingAdding(1)
            try await report(progress)
        }
        if isWhole, progress.from <= progress.to {
            try await store.noteRead(progress.from...progress.to, of: contracts)
            try await store.fillGaps(progress.from...progress.to, of: contracts)
        }
    }
}

extension ReplayRun.Progress {
    /// As it is kept with its instruction.
    package var json: String {
        var writer = JSONWriter()
        writer.object { object in
            object.member("from", from)
            object.member("to", to)
            object.member("next", next)
            object.member("found", found)
            object.member("known", known)
            object.member("rejected", rejected)
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    package init?(json: String) {
        guard let tree = try? JSONValue.parse(Array(json.utf8)),
            let from = tree["from"]?.int64.flatMap(UInt64.init(exactly:)),
            let to = tree["to"]?.int64.flatMap(UInt64.init(exactly:))
        else { return nil }
        self.init(from: from, to: to)
        next = tree["next"]?.int64.flatMap(UInt64.init(exactly:)) ?? from
        found = tree["found"]?.int64.flatMap(Int.init(exactly:)) ?? 0
        known = tree["known"]?.int64.flatMap(Int.init(exactly:)) ?? 0
        rejected = tree["rejected"]?.int64.flatMap(Int.init(exactly:)) ?? 0
    }
}
